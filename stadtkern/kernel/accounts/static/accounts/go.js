// Carry the question on at once, unless somebody came here by the back button: then the page waits for a click.
(function () {
  const form = document.querySelector('form[data-go]')
  const entry = performance.getEntriesByType('navigation')[0]
  if (!form || (entry && entry.type !== 'navigate')) { return }
  window.addEventListener('pageshow', function (event) { if (!event.persisted) { form.submit() } })
})()
