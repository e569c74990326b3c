// The display: a chime for a new call, only where somebody has switched it on (?ton=1).
"use strict";
(() => {
  if (!new URLSearchParams(location.search).has("ton")) return;
  let context;

  function chime() {
    context ??= new AudioContext();
    context.resume();
    [660, 880].forEach((pitch, number) => {
      const tone = context.createOscillator();
      const loudness = context.createGain();
      const at = context.currentTime + number * 0.28;
      tone.frequency.value = pitch;
      loudness.gain.setValueAtTime(0.25, at);
      loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.6);
      tone.connect(loudness).connect(context.destination);
      tone.start(at);
      tone.stop(at + 0.6);
    });
  }

  const newest = () => document.querySelector(".sk-calls__new th")?.textContent ?? "";
  let last = newest();
  document.querySelector("[data-chime-test]")?.addEventListener("click", chime);
  document.body.addEventListener("htmx:afterSettle", () => {
    const now = newest();
    if (now && now !== last) chime();
    last = now;
  });
})();
