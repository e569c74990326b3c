/* A page that saves itself never overwrites what was typed meanwhile: such an answer is dropped, the next change asks again. */
"use strict";
(() => {
  let typed = 0;
  const sent = new WeakMap();
  document.addEventListener("input", () => { typed += 1; });
  document.addEventListener("htmx:beforeRequest", (event) => sent.set(event.detail.xhr, typed));
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr } = event.detail;
    if (target && target.id === "antrag" && sent.get(xhr) !== typed) event.detail.shouldSwap = false;
  });
})();
