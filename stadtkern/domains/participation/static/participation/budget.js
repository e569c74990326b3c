/* The running sum of a ballot, said to everybody; without JavaScript the next page says it. */
"use strict";
(() => {
  const form = document.querySelector("form[data-ballot]");
  const said = form && form.querySelector("[data-sum]");
  if (!said || form.dataset.ballot === "rank") return;
  const points = form.dataset.ballot === "points";
  const most = Number(form.dataset.most), budget = Number(form.dataset.budget);
  const euro = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: "EUR" });
  const inputs = [...form.querySelectorAll("[data-cents]")];

  function tell() {
    const chosen = inputs.filter((input) => (points ? Number(input.value) > 0 : input.checked));
    const cents = chosen.reduce((sum, input) => sum + Number(input.dataset.cents), 0);
    const n = points ? chosen.reduce((sum, input) => sum + Number(input.value), 0) : chosen.length;
    const words = points ? said.dataset.points : n === 1 ? said.dataset.one : said.dataset.many;
    const text = [words.replace("{n}", n).replace("{most}", most).replace("{cost}", euro.format(cents / 100))];
    if (most && n > most) text.push(said.dataset.over);
    if (said.dataset.overBudget && cents > budget) text.push(said.dataset.overBudget);
    said.textContent = text.join(" ");
  }

  said.hidden = false;
  form.addEventListener("input", tell);
  window.addEventListener("pageshow", tell); // back button: boxes are as they were left
})();
