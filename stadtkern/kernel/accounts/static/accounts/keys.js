// Passkeys need a script: show what needs one, and say so when the device refuses.
(function () {
  document.querySelectorAll('[data-needs-script]').forEach(function (part) { part.hidden = false })
  document.addEventListener('allauth.error', function (event) {
    const problem = document.getElementById('key-problem')
    if (!problem) { return }
    event.preventDefault()
    problem.hidden = false
  })
})()
