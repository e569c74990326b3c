// The desk by keyboard: j and k walk the list, Enter opens (it is a link), / searches; text blocks go in without a round trip.
"use strict";
(() => {
  const rows = () => [...document.querySelectorAll("[data-desk-list] [data-desk-row]")].filter((row) => row.offsetParent !== null);
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

  function walk(step) {
    const all = rows();
    if (!all.length) return;
    const focused = all.indexOf(document.activeElement);
    const current = focused >= 0 ? focused : all.findIndex((row) => row.hasAttribute("aria-current"));
    const next = current < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(current + step, 0), all.length - 1);
    all[next].focus();
    all[next].scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "j") walk(1);
    else if (event.key === "k") walk(-1);
    else if (event.key === "/") {
      const search = document.getElementById("desk-suche");
      if (!search) return;
      search.focus();
      search.select();
    } else return;
    event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-desk-block]");
    const field = document.getElementById("grund");
    if (!button || !field) return;
    event.preventDefault();
    const text = button.dataset.deskBlock;
    field.value = field.value.trim() ? `${field.value.trimEnd()}\n\n${text}` : text;
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  });

  // The case on screen stands in the middle of the list beside it.
  const here = document.querySelector(".sk-desk__list [aria-current]");
  if (here && here.offsetParent !== null) here.scrollIntoView({ block: "center" });
})();
