// The form: photo with what must not be seen covered, place, category; without network it waits in a queue on this device.
const form = document.getElementById("melden");
const words = JSON.parse(document.getElementById("worte").textContent);
const hints = JSON.parse(document.getElementById("hinweise").textContent);
const box = document.querySelector("[data-geo-map]");
const field = (name) => form.elements.namedItem(name);
const said = document.getElementById("gesagt");
const LONGEST = 1600;
const COARSE = 6;

function tell(text, level = "info", link = null) {
  const part = document.createElement("p");
  part.className = `mm-said mm-said--${level}`;
  part.textContent = text;
  if (link) {
    const to = document.createElement("a");
    to.href = link;
    to.className = "kern-link";
    to.textContent = words.look;
    part.append(" ", to);
  }
  said.replaceChildren(part);
  if (text) part.scrollIntoView({ block: "nearest" });
}

field("key").value = crypto.randomUUID();
addEventListener("pageshow", (event) => { if (event.persisted) field("key").value = crypto.randomUUID(); }); // back to a page that has sent already

// ---------------------------------------------------------------- photo

const canvas = document.getElementById("bild");
const paper = canvas.getContext("2d");
let picture = null;
let boxes = [];
let original = null;

// Where a JPEG says it was taken: EXIF, GPS part; null when it does not.
async function placeOf(file) {
  const view = new DataView(await file.slice(0, 262144).arrayBuffer());
  if (view.byteLength < 12 || view.getUint16(0) !== 0xffd8) return null;
  let at = 2;
  while (at + 10 < view.byteLength && view.getUint8(at) === 0xff && view.getUint8(at + 1) !== 0xda) {
    if (view.getUint8(at + 1) === 0xe1 && view.getUint32(at + 4) === 0x45786966) return gps(view, at + 10);
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

function gps(view, start) {
  try {
    const little = view.getUint16(start) === 0x4949;
    const word = (at) => view.getUint16(start + at, little);
    const long = (at) => view.getUint32(start + at, little);
    const entries = (at) => Object.fromEntries(Array.from({ length: word(at) }, (_, n) => [word(at + 2 + 12 * n), at + 2 + 12 * n]));
    const pointer = entries(long(4))[0x8825];
    if (pointer === undefined) return null;
    const told = entries(long(pointer + 8));
    const degrees = (key) => [0, 1, 2].reduce((sum, n) => sum + long(long(told[key] + 8) + 8 * n) / long(long(told[key] + 8) + 8 * n + 4) / 60 ** n, 0);
    const mark = (key) => String.fromCharCode(view.getUint8(start + told[key] + 8));
    const lat = degrees(2) * (mark(1) === "S" ? -1 : 1);
    const east = degrees(4) * (mark(3) === "W" ? -1 : 1);
    return Number.isFinite(lat) && Number.isFinite(east) && Math.abs(lat) <= 90 && Math.abs(east) <= 180 && (lat || east) ? { lat, long: east } : null;
  } catch {
    return null;
  }
}

function paint(extra = null) {
  paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
  for (const [x, y, w, h] of extra ? [...boxes, extra] : boxes) {
    if (w < 3 || h < 3) continue;
    const square = Math.max(1, Math.floor(Math.max(w, h) / COARSE));
    const few = document.createElement("canvas");
    few.width = Math.max(1, Math.floor(w / square));
    few.height = Math.max(1, Math.floor(h / square));
    few.getContext("2d").drawImage(canvas, x, y, w, h, 0, 0, few.width, few.height);
    paper.imageSmoothingEnabled = false;
    paper.drawImage(few, 0, 0, few.width, few.height, x, y, w, h);
    paper.imageSmoothingEnabled = true;
  }
  document.getElementById("verdeckt").textContent = boxes.length ? words.covered.replace("{n}", boxes.length) : "";
}

async function choose() {
  const [file] = field("photo").files;
  boxes = [];
  original = file || null;
  document.getElementById("vorschau").hidden = true;
  picture = null;
  if (!file) return;
  const place = await placeOf(file);
  if (place && !field("lat").value) {
    box.dispatchEvent(new CustomEvent("geo:show", { detail: place }));
    tell(words.place);
  }
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    tell(words.bad_photo, "warning");
    return;
  }
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  paint();
  document.getElementById("vorschau").hidden = false;
}

function spot(event) {
  const there = canvas.getBoundingClientRect();
  return [((event.clientX - there.left) * canvas.width) / there.width, ((event.clientY - there.top) * canvas.height) / there.height];
}

let from = null;
const between = ([ax, ay], [bx, by]) => [Math.min(ax, bx), Math.min(ay, by), Math.abs(ax - bx), Math.abs(ay - by)];
canvas.addEventListener("pointerdown", (event) => { from = spot(event); canvas.setPointerCapture(event.pointerId); event.preventDefault(); });
canvas.addEventListener("pointermove", (event) => { if (from) paint(between(from, spot(event))); });
canvas.addEventListener("pointerup", (event) => {
  if (!from) return;
  const drawn = between(from, spot(event));
  from = null;
  if (drawn[2] > 8 && drawn[3] > 8) boxes.push(drawn);
  paint();
});
document.getElementById("zurueck").addEventListener("click", () => { boxes.pop(); if (picture) paint(); });
document.getElementById("ohne").addEventListener("click", () => { field("photo").value = ""; choose(); });
field("photo").addEventListener("change", choose);

const shot = () => (picture ? new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.88)) : Promise.resolve(original));

// ---------------------------------------------------------------- place, category, the same nearby

box.addEventListener("geo:address", (event) => { field("address").value = event.detail ? event.detail.text : ""; same(); });
field("address").addEventListener("change", async () => {
  const typed = field("address").value.trim();
  if (!typed) return;
  const told = JSON.parse(box.dataset.geoMap);
  const answer = await fetch(`${told.find}?q=${encodeURIComponent(typed)}`).then((one) => one.json()).catch(() => null);
  const [house] = answer?.addresses || [];
  if (house) box.dispatchEvent(new CustomEvent("geo:show", { detail: { lat: house.lat, long: house.long, loud: false } }));
  else if (answer) { field("lat").value = ""; field("long").value = ""; }
  same();
});

let turn = 0;
async function same() {
  const [lat, long, kind] = [field("lat").value, field("long").value, field("category").value];
  const place = document.getElementById("gleich");
  document.getElementById("hinweis").textContent = hints[kind] || "";
  place.replaceChildren();
  if (!lat || !kind || !navigator.onLine) return;
  const mine = ++turn;
  const answer = await fetch(`${form.dataset.same}?art=${encodeURIComponent(kind)}&lat=${lat}&long=${long}`).then((one) => one.json()).catch(() => null);
  if (!answer || mine !== turn || !answer.reports.length) return;
  const head = document.createElement("h3");
  head.className = "kern-heading-small";
  head.textContent = words.same;
  const text = document.createElement("p");
  text.textContent = words.same_text;
  place.append(head, text, ...answer.reports.map(neighbour));
}

function neighbour(one) {
  const row = document.createElement("a");
  row.className = "mm-same";
  row.href = `${one.url}#folgen`;
  if (one.picture) {
    const image = document.createElement("img");
    Object.assign(image, { src: one.picture, alt: "", width: 96, height: 72, className: "mm-same__picture" });
    row.append(image);
  }
  const text = document.createElement("span");
  const title = document.createElement("strong");
  title.textContent = `${one.title}, ${one.address}`;
  text.append(title, document.createElement("br"), `${words.away.replace("{n}", one.metres).replace("{when}", one.when)} · ${one.state}`, document.createElement("br"), one.text);
  const too = document.createElement("span");
  too.className = "mm-same__too";
  too.textContent = words.too;
  row.append(text, too);
  return row;
}
const questions = [...document.querySelectorAll("[data-kind]")];
const ask = () => questions.forEach((one) => { one.hidden = one.dataset.kind !== field("category").value; });
ask();
field("category").addEventListener("change", () => { ask(); same(); });

let wait = 0;
field("text").addEventListener("input", () => {
  clearTimeout(wait);
  wait = setTimeout(suggest, 350);
});
async function suggest() {
  const text = field("text").value.trim();
  const place = document.getElementById("vorschlaege");
  const other = document.getElementById("woanders");
  if (text.length < 4 || !navigator.onLine) { place.replaceChildren(); other.replaceChildren(); return; }
  const answer = await fetch(`${form.dataset.suggest}?text=${encodeURIComponent(text.slice(0, 500))}`).then((one) => one.json()).catch(() => null);
  if (!answer) return;
  place.replaceChildren(...answer.categories.map(({ key, title }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "kern-btn kern-btn--secondary";
    const label = document.createElement("span");
    label.className = "kern-label";
    label.textContent = title;
    button.append(label);
    button.addEventListener("click", () => { field("category").value = key; ask(); same(); });
    return button;
  }));
  other.replaceChildren();
  if (answer.elsewhere) {
    const part = document.createElement("p");
    part.className = "mm-said mm-said--warning";
    part.textContent = `${answer.elsewhere.title}: ${answer.elsewhere.text}`;
    other.append(part);
  }
}

// ---------------------------------------------------------------- sending, now or later

async function later(fields, photo) {
  await store("wartend", "readwrite", (table) => table.put({ key: fields.key, fields, photo, at: Date.now() }));
  const worker = await navigator.serviceWorker.ready;
  const alone = worker.sync ? await worker.sync.register("maengel").then(() => true, () => false) : false;
  tell(alone ? words.saved : words.saved_open, "success");
  fresh();
}

function fresh() {
  form.reset();
  field("key").value = crypto.randomUUID();
  field("lat").value = "";
  field("long").value = "";
  choose();
  document.getElementById("gleich").replaceChildren();
  document.getElementById("vorschlaege").replaceChildren();
  queue();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!field("category").value) { tell(words.missing, "warning"); return; }
  if (!field("lat").value && !field("address").value.trim() && !original) { tell(words.no_place, "warning"); return; }
  const button = document.getElementById("senden");
  if (button.disabled) return;
  button.disabled = true;
  tell(words.sending);
  const photo = await shot();
  const data = new FormData(form);
  data.delete("photo");
  const fields = Object.fromEntries(data.entries());
  if (photo) data.set("photo", photo, "foto.jpg");
  try {
    if (!navigator.onLine && "serviceWorker" in navigator) { await later(fields, photo); return; }
    const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(20000) });
    const told = await answer.json();
    if (answer.ok) { location.href = `${told.url}&neu=1`; return; }
    if (answer.status === 409) field("key").value = crypto.randomUUID();
    tell(told.error, "warning");
    field(told.field)?.focus?.();
  } catch {
    if ("serviceWorker" in navigator && navigator.serviceWorker.controller) await later(fields, photo);
    else tell(words.offline, "warning");
  } finally {
    button.disabled = false;
  }
});

async function queue() {
  const [waiting, sent] = await Promise.all(["wartend", "gesendet"].map((name) => store(name, "readonly", (table) => table.getAll()).catch(() => [])));
  const list = document.getElementById("wartende");
  const rows = [];
  const line = (text, link = "") => {
    const row = document.createElement("li");
    row.append(text);
    if (link) {
      const to = document.createElement("a");
      Object.assign(to, { href: link, className: "kern-link", textContent: words.look });
      row.append(" ", to);
    }
    rows.push(row);
    return row;
  };
  const open = waiting.filter((one) => !one.refused && !one.failed);
  if (open.length) line((open.length === 1 ? words.waiting : words.waiting_many).replace("{n}", open.length)).id = "wartezahl";
  for (const one of waiting.filter((each) => each.refused || each.failed)) {
    const drop = document.createElement("button");
    Object.assign(drop, { type: "button", className: "sk-plain", textContent: words.again });
    drop.addEventListener("click", async () => { await store("wartend", "readwrite", (table) => table.delete(one.key)); queue(); });
    line(words.not_sent.replace("{why}", one.refused || one.failed)).append(" ", drop);
  }
  for (const one of sent.sort((a, b) => b.at - a.at).slice(0, 5)) line(words.sent.replace("{reference}", one.reference), one.url);
  list.replaceChildren(...rows);
  document.getElementById("warteschlange").hidden = !rows.length;
  form.dataset.waiting = open.length;
}

const wake = () => navigator.serviceWorker.ready.then((one) => one.active.postMessage("senden"));
window.addEventListener("offline", () => tell(words.offline, "warning"));
window.addEventListener("online", () => { tell(""); if ("serviceWorker" in navigator) wake(); });
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.addEventListener("message", queue);
  await navigator.serviceWorker.register(form.dataset.worker).then(() => navigator.serviceWorker.ready).catch(() => {});
  if (navigator.onLine) wake();
  form.dataset.worked = "1";
}
if (!navigator.onLine) tell(words.offline, "warning");
await queue();
form.dataset.ready = "1";
