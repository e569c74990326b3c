// The clerk's keys (j, k, x, Enter, /), building blocks of texts, and rectangles over faces in a picture.
const rows = [...document.querySelectorAll("[data-row]")];
let at = -1;

function go(step) {
  if (!rows.length) return;
  rows[at]?.removeAttribute("data-at");
  at = Math.min(rows.length - 1, Math.max(0, at + step));
  rows[at].setAttribute("data-at", "");
  rows[at].querySelector("a").focus();
  rows[at].scrollIntoView({ block: "nearest" });
}

function count() {
  const said = document.getElementById("gewaehlt");
  if (said) said.textContent = `${document.querySelectorAll("[data-row] input:checked").length} / ${rows.length}`;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=checkbox]), textarea, select")) return;
  if (event.key === "j") go(1);
  else if (event.key === "k") go(-1);
  else if (event.key === "x" && at >= 0) { rows[at].querySelector("input").click(); }
  else if (event.key === "/") document.getElementById("suche")?.focus();
  else return;
  event.preventDefault();
});
for (const row of rows) row.querySelector("input").addEventListener("change", count);
for (const [number, row] of rows.entries()) row.addEventListener("focusin", () => { rows[at]?.removeAttribute("data-at"); at = number; row.setAttribute("data-at", ""); });

document.getElementById("baustein")?.addEventListener("change", (event) => {
  const field = document.getElementById("text");
  if (event.target.value) field.value = field.value.trim() ? `${field.value.trim()}\n\n${event.target.value}` : event.target.value;
  field.focus();
});

for (const image of document.querySelectorAll("img[data-blur]")) {
  const form = image.parentElement.querySelector(".mm-blur");
  const boxes = [];
  let from = null;
  const canvas = document.createElement("canvas");
  canvas.className = "mm-canvas";
  const paper = canvas.getContext("2d");
  const start = () => {
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", image.alt);
    image.replaceWith(canvas);
    form.hidden = false;
    paint();
  };
  const spot = (event) => {
    const there = canvas.getBoundingClientRect();
    return [(event.clientX - there.left) / there.width, (event.clientY - there.top) / there.height];
  };
  const between = ([ax, ay], [bx, by]) => [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)];
  const paint = (extra) => {
    paper.drawImage(image, 0, 0);
    paper.fillStyle = "#171a2bcc";
    for (const [l, t, r, b] of extra ? [...boxes, extra] : boxes) paper.fillRect(l * canvas.width, t * canvas.height, (r - l) * canvas.width, (b - t) * canvas.height);
    form.elements.boxes.value = boxes.map((box) => box.map((one) => one.toFixed(4)).join(",")).join(";");
  };
  canvas.addEventListener("pointerdown", (event) => { from = spot(event); canvas.setPointerCapture(event.pointerId); event.preventDefault(); });
  canvas.addEventListener("pointermove", (event) => { if (from) paint(between(from, spot(event))); });
  canvas.addEventListener("pointerup", (event) => { if (from) boxes.push(between(from, spot(event))); from = null; paint(); });
  if (image.complete && image.naturalWidth) start();
  else image.addEventListener("load", start, { once: true });
}
