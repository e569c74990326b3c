// The planner's comforts: places while one types, my position, swap, print, copy; the board's pause. All works without them.
const form = document.querySelector("[data-places]");

function suggestions(field) {
  const list = document.getElementById(field.getAttribute("list"));
  const kept = [...list.children];
  let turn = 0;
  let wait = 0;
  const ask = async () => {
    const text = field.value.trim();
    const mine = ++turn;
    if (text.length < 2) { list.replaceChildren(...kept); return; }
    const answer = await fetch(`${form.dataset.places}?q=${encodeURIComponent(text)}`).catch(() => null);
    if (!answer || !answer.ok || mine !== turn) return;
    const { places } = await answer.json();
    list.replaceChildren(...places.map((place) => {
      const option = document.createElement("option");
      option.value = place.text;
      option.textContent = place.detail || "";
      return option;
    }));
  };
  field.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(ask, 150); });
}

if (form) {
  for (const field of form.querySelectorAll("input[list]")) suggestions(field);
  const [from, to] = ["von", "nach"].map((name) => form.elements[name]);
  const swap = form.querySelector("[data-swap]");
  const here = form.querySelector("[data-here]");
  if (swap && to) {
    swap.hidden = false;
    swap.addEventListener("click", () => { [from.value, to.value] = [to.value, from.value]; from.focus(); });
  }
  if (here && navigator.geolocation) {
    const field = form.elements[here.dataset.here || "von"];
    here.hidden = false;
    here.addEventListener("click", () => navigator.geolocation.getCurrentPosition(
      ({ coords }) => { field.value = `${coords.latitude.toFixed(5)}, ${coords.longitude.toFixed(5)}`; if (to) to.focus(); else form.requestSubmit(); },
      () => { field.focus(); },
      { enableHighAccuracy: true, timeout: 10000, maximumAge: 30000 },
    ));
  }
}

const print = document.querySelector("[data-print]");
if (print) { print.hidden = false; print.addEventListener("click", () => window.print()); }
const share = document.querySelector("[data-share]");
if (share && navigator.clipboard) {
  share.hidden = false;
  share.addEventListener("click", async () => {
    await navigator.clipboard.writeText(location.href);
    const said = document.querySelector("[data-said]");
    said.textContent = said.dataset.done;
  });
}
