// How long the appointment is still held; the clock time in the text says the same without this file.
(() => {
  const place = document.querySelector("[data-held-until]");
  if (!place) return;
  const end = Date.parse(place.dataset.heldUntil);
  const skew = Date.now() - Date.parse(place.dataset.now);
  const told = { soon: false, over: false };
  const voice = document.querySelector("[data-held-voice]");
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - (Date.now() - skew)) / 1000));
    place.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (left <= 120 && left > 0 && !told.soon) { told.soon = true; voice.textContent = voice.dataset.soon; }
    if (left === 0 && !told.over) { told.over = true; voice.textContent = voice.dataset.over; }
    if (left > 0) setTimeout(tick, 1000);
  };
  place.parentElement.hidden = false;
  tick();
})();
