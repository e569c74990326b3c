/* Forms, a little better with JavaScript: long selects are searched by typing, the focus goes where the page changed. */
"use strict";
(() => {
  const FOLD = { "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i" };
  const fold = (text) => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[ßøłđæœı]/g, (c) => FOLD[c]);
  const german = document.documentElement.lang.startsWith("de");
  const MOST = 50;
  const INPUTS = "input:not([type=hidden]), select:not([hidden]), textarea";

  function combobox(select) {
    if (select.hidden) return;
    const id = select.id;
    const box = document.createElement("div");
    const input = document.createElement("input");
    const list = document.createElement("ul");
    const status = document.createElement("div");
    const choices = [...select.options].filter((option) => option.value).map((option) => ({ option, text: option.text, key: fold(option.text) }));
    const focused = document.activeElement === select;
    const label = document.querySelector(`label[for="${CSS.escape(id)}"]`);
    let shown = [], at = -1;

    box.className = "sk-combo";
    input.className = "kern-form-input__input" + (select.classList.contains("kern-form-input__select--error") ? " kern-form-input__input--error" : "");
    Object.assign(input, { type: "text", id, autocomplete: "off", spellcheck: false });
    for (const name of ["aria-describedby", "aria-invalid"]) if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id + "--list" };
    for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
    list.id = id + "--list";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    if (label) {
      label.id = label.id || id + "--label";
      list.setAttribute("aria-labelledby", label.id);
    }
    status.className = "kern-sr-only";
    status.setAttribute("role", "status");
    select.id = id + "--select";
    select.hidden = true;
    select.removeAttribute("aria-describedby");
    const wrapper = select.closest(".kern-form-input__select-wrapper") || select;
    wrapper.before(box);
    wrapper.hidden = true;
    box.append(input, list, status);
    if (focused) input.focus();

    const current = () => (select.value ? select.selectedOptions[0].text : "");
    const mark = (index) => {
      at = index;
      [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
      if (at < 0) input.removeAttribute("aria-activedescendant");
      else {
        input.setAttribute("aria-activedescendant", list.children[at].id);
        list.children[at].scrollIntoView({ block: "nearest" });
      }
    };
    const close = () => {
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      mark(-1);
    };
    const open = (all) => {
      const words = all ? "" : fold(input.value.trim());
      const starts = choices.filter((each) => each.key.startsWith(words));
      const others = choices.filter((each) => !each.key.startsWith(words) && each.key.includes(words));
      const found = starts.concat(others);
      shown = all ? found : found.slice(0, MOST);
      list.replaceChildren(...shown.map((each, place) => {
        const item = document.createElement("li");
        item.id = `${id}--option-${place}`;
        item.textContent = each.text;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        return item;
      }));
      const text = german ? `${found.length} Treffer` : `${found.length} results`;
      status.textContent = text;
      list.hidden = !shown.length;
      input.setAttribute("aria-expanded", String(shown.length > 0));
      at = -1;
      input.removeAttribute("aria-activedescendant");
    };
    const take = (option) => {
      select.value = option ? option.value : "";
      input.value = current();
      close();
      select.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const leave = () => {
      if (list.hidden && input.value === current()) return;
      const words = fold(input.value.trim());
      const exact = choices.find((each) => each.key === words) || (shown.length === 1 && words ? shown[0] : null);
      if (!words) take(null);
      else if (exact) take(exact.option);
      else {
        input.value = current(); // only what the list offers can be sent
        close();
      }
    };

    input.value = current();
    input.addEventListener("input", () => open(false));
    input.addEventListener("click", () => { if (list.hidden) open(true); });
    input.addEventListener("blur", leave);
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const place = [...list.children].indexOf(event.target.closest("[role=option]"));
      if (place >= 0) take(shown[place].option);
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) open(!input.value || input.value === current());
        if (!shown.length) return;
        const step = event.key === "ArrowDown" ? 1 : -1;
        mark(at < 0 ? (step > 0 ? 0 : shown.length - 1) : (at + step + shown.length) % shown.length);
      } else if (event.key === "Enter" && !list.hidden) {
        event.preventDefault();
        if (at >= 0) take(shown[at].option);
        else leave();
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        input.value = current();
        close();
      }
    });
  }

  function enhance(root) {
    root.querySelectorAll("select[data-typeahead]").forEach(combobox);
    const errors = root.querySelector("#fehler");
    if (errors) errors.focus();
  }

  function arrive() { // an entry was added or removed: its address leads to the place
    const place = location.hash && document.getElementById(location.hash.slice(1));
    if (!place || !place.closest(".sk-form") || document.querySelector("#fehler")) return;
    const target = place.matches(INPUTS) ? place : place.querySelector(INPUTS);
    if (target) target.focus();
  }

  document.addEventListener("htmx:load", (event) => enhance(event.detail.elt));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => enhance(document));
  else enhance(document);
  if (document.readyState === "complete") arrive();
  else window.addEventListener("load", () => setTimeout(arrive)); // after the browser has scrolled there itself
})();
