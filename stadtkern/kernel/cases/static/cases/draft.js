/* A page that saves itself never overwrites what was typed meanwhile; a page that comes back puts the focus where it changed. */
"use strict";
(() => {
  let typed = 0;
  const sent = new WeakMap();
  document.addEventListener("input", () => { typed += 1; });
  document.addEventListener("htmx:beforeRequest", (event) => sent.set(event.detail.xhr, typed));
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr } = event.detail;
    // Such an answer is dropped; the next change asks again.
    if (target && target.id === "antrag" && sent.get(xhr) !== typed) event.detail.shouldSwap = false;
  });

  const place = location.hash && document.getElementById(location.hash.slice(1));
  if (place && place.closest("#antrag") && !document.getElementById("fehler")) {
    const field = place.matches("input, select, textarea") ? place : place.querySelector("input:not([type=hidden]), select:not([hidden]), textarea");
    (field || place).focus();
  }
})();
