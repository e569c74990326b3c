// Inspects tickets without network: unpacks, checks both signatures, time, zone, revocation and replay. Speaks like the server.
const root = document.getElementById("pruefung");
const { Reader, fromBase64, unwrapped } = await import(root.dataset.bits);
const words = JSON.parse(document.getElementById("worte").textContent);
const layout = JSON.parse(document.getElementById("aufbau").textContent);
const [age, result, zone, waiting] = ["stand", "ergebnis", "zone", "warten"].map((id) => document.getElementById(id));
const [OLD, SLACK, AGAIN, LONGEST] = [3600, 20, 4 * 3600, 1500];
const SAFE = 15; // seconds this clock may differ from the city's; more is set right here
const P256 = "2a8648ce3d030107";
const ECDSA = "2a8648ce3d040302";
const utf8 = new TextDecoder("utf-8", { fatal: true });
let known = null; // {made, ends, issuer, keys, revoked, drift}
const seen = new Map(); // number of a ticket -> seconds
const proofs = new Set(recent().map(([proof]) => proof)); // also of before this page was loaded anew

// Proofs of the last two minutes: an older one is refused for its age.
function recent() {
  try {
    return JSON.parse(sessionStorage.getItem("belege") || "[]").filter(([, at]) => Math.abs(Date.now() - at) < 120000);
  } catch {
    return [];
  }
}

function remember(proof) {
  proofs.add(proof);
  try {
    sessionStorage.setItem("belege", JSON.stringify([...recent(), [proof, Date.now()]].slice(-50)));
  } catch { /* nothing to keep it in: this page remembers it all the same */ }
}

// ---------------------------------------------------------------- what the phone keeps

function store(mode, act) {
  return new Promise((done, fail) => {
    const opening = indexedDB.open("pruefung", 1);
    opening.onupgradeneeded = () => { opening.result.createObjectStore("listen"); opening.result.createObjectStore("buch", { autoIncrement: true }); };
    opening.onerror = () => fail(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const asked = act(database.transaction(["listen", "buch"], mode));
      asked.onsuccess = () => { database.close(); done(asked.result); };
      asked.onerror = () => { database.close(); fail(asked.error); };
    };
  });
}

async function wipe() {
  known = null;
  await store("readwrite", (tables) => tables.objectStore("listen").clear()).catch(() => {});
}

const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const exact = () => Date.now() / 1000 + (known?.drift || 0);
const seconds = () => Math.floor(exact());

// ---------------------------------------------------------------- unpacking, by the layout the server hands over

function unpack(from, type) {
  if (layout[type.type]) return unpack(from, { ...layout[type.type], optional: undefined });
  switch (type.type) {
    case "SEQUENCE": return sequence(from, type);
    case "CHOICE": {
      if (type.open && from.bit()) throw new Error("later version");
      const chosen = type.members[from.number(0, type.members.length - 1)];
      return [chosen.name, unpack(from, chosen)];
    }
    case "ENUMERATED":
      if (type.open && from.bit()) throw new Error("later version");
      return type.values[from.number(0, type.values.length - 1)];
    case "INTEGER": return type.least === undefined ? from.whole() : from.number(type.least, type.most);
    case "BOOLEAN": return from.bit() === 1;
    case "NULL": throw new Error("a field we do not know");
    case "IA5String": return type.size ? from.letters(type.size) : from.letters();
    case "UTF8String": return utf8.decode(from.octets());
    case "OCTET STRING": return from.octets();
    case "SEQUENCE OF": return Array.from({ length: from.length() }, () => unpack(from, type.element));
    default: throw new Error(type.type);
  }
}

function sequence(from, type) {
  if (type.open && from.bit()) throw new Error("later version");
  const may = type.members.filter((one) => one.optional || one.default !== undefined);
  const there = new Set(may.filter(() => from.bit()));
  const found = {};
  for (const one of type.members) {
    if (!may.includes(one) || there.has(one)) found[one.name] = unpack(from, one);
    else if (one.default !== undefined) found[one.name] = one.default;
  }
  return found;
}

function base(from) {
  const there = Array.from({ length: 12 }, () => from.bit());
  const next = (read) => (there.shift() ? read() : null);
  const issuerNumber = next(() => from.number(1, 32000));
  const issuer = next(() => from.letters()) ?? String(issuerNumber ?? "");
  const key = next(() => from.number(0, 99999)) ?? -1;
  if (from.length() !== 1 || from.letters() !== "FCB3") throw new Error("format");
  const data = from.octets();
  for (const wanted of [P256, P256, ECDSA, ECDSA]) if ((next(() => hex(from.octets())) ?? wanted) !== wanted) throw new Error("algorithm");
  const movingKey = next(() => from.octets());
  const year = next(() => from.number(2016, 2269));
  const day = next(() => from.number(1, 366)) ?? 1;
  const minute = next(() => from.number(0, 1439)) ?? 0;
  return { issuer, key, data, movingKey, ends: year && Date.UTC(year, 0, day, 0, minute) / 1000, lives: next(() => from.number(1, 3600)) ?? 0 };
}

function moment(from, now) {
  if (from.letters() !== "FDC1") throw new Error("format");
  const told = new Reader(from.octets());
  const [extended, app, at] = [told.bit(), told.bit(), told.bit()];
  if (extended || !at || told.take(3)) throw new Error("format");
  if (app) told.letters();
  const [day, second] = [told.number(1, 366), told.number(0, 86399)];
  told.finish();
  const year = new Date(now * 1000).getUTCFullYear();
  const found = [year - 1, year, year + 1].map((one) => Date.UTC(one, 0, day) / 1000 + second);
  return found.sort((one, other) => Math.abs(one - now) - Math.abs(other - now))[0];
}

function open(barcode, now) {
  if (!barcode.length || barcode.length > LONGEST) throw new Error("size");
  const from = new Reader(barcode);
  const proven = from.bit();
  if (from.letters() !== "U2") throw new Error("format");
  const start = from.at;
  const [has, moves] = [from.bit(), from.bit()];
  const baseStart = from.at;
  const told = base(from);
  const baseEnd = from.at;
  const baseSignature = has ? from.octets() : null;
  const shown = moves ? moment(from, now) : null;
  const end = from.at;
  const signature = proven ? from.octets() : null;
  from.finish();
  return { ...told, base: from.cut(baseStart, baseEnd), baseSignature, signed: from.cut(start, end), shown, signature };
}

// Minutes on the clock on the wall, counted from an arbitrary day: how tickets write their times.
const wallDay = (year, day) => Math.floor(Date.UTC(year, 0, day) / 86400000);

function contentOf(data) {
  const told = unpack(new Reader(data), { type: "Ticket" });
  const [kind, ticket] = told.documents[0].ticket;
  if (kind !== "open" || told.documents.length !== 1 || !told.issuing.activated || (ticket.tariffs || []).length > 1 || (told.people?.people || []).length > 1) throw new Error("format");
  const first = wallDay(told.issuing.year, told.issuing.day) + ticket.fromDay;
  const person = told.people?.people?.[0];
  return {
    reference: ticket.reference || "", issuer: told.issuing.issuer || "", title: ticket.where || "",
    zones: (ticket.zones || []).flatMap(([place, one]) => { if (place !== "zones") throw new Error("format"); return one.ids || []; }),
    since: first * 1440 + (ticket.fromMinute ?? 0), until: (first + ticket.untilDay) * 1440 + (ticket.untilMinute ?? 1439),
    tariff: ticket.tariffs?.[0]?.name || "", name: person ? [person.first, person.last].filter(Boolean).join(" ") : "",
    age: told.control?.age || false, right: told.control?.reduction || false, specimen: told.issuing.specimen,
  };
}

const berlin = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Berlin", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", hourCycle: "h23" });

function wallNow(now) {
  const part = Object.fromEntries(berlin.formatToParts(new Date(now * 1000)).map((one) => [one.type, Number(one.value)]));
  return Math.floor(Date.UTC(part.year, part.month - 1, part.day) / 86400000) * 1440 + part.hour * 60 + part.minute;
}

// ---------------------------------------------------------------- the verdict

async function holds(key, signature, data) {
  const raw = signature && unwrapped(signature);
  return Boolean(raw) && crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, raw, data);
}

const imported = (point) => crypto.subtle.importKey("raw", point, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);

async function signed(frame, content) {
  const key = frame.issuer === known.issuer && known.keys.get(frame.key);
  if (!key) return "unknown_key";
  if (content && content.issuer !== frame.issuer) return "forged";
  return (await holds(key, frame.baseSignature, frame.base)) ? "" : "forged";
}

async function proven(frame, now) {
  if (!frame.movingKey) return frame.shown !== null || frame.signature ? "forged" : "";
  if (frame.shown === null || !frame.signature || !frame.lives) return "replay";
  const key = await imported(frame.movingKey).catch(() => null);
  if (!key || !(await holds(key, frame.signature, frame.signed))) return "forged";
  const old = now - frame.shown > frame.lives + SLACK || frame.shown - now > SLACK;
  return old || proofs.has(hex(frame.signed)) ? "replay" : "";
}

function valid(frame, content, now, place) {
  const clock = wallNow(now);
  if (content.specimen) return "specimen";
  if (known.revoked.has(content.reference) || known.revoked.has(content.reference.split("-")[0])) return "revoked";
  if (clock < content.since) return "early";
  if (clock > content.until || (clock === content.until && now % 60 > 0)) return "expired";
  if (frame.ends && now > frame.ends) return "renew";
  return place && !content.zones.includes(place) ? "zone" : "";
}

async function inspect(barcode, now = exact(), place = Number(zone.value) || null) {
  let frame;
  let content = null;
  try {
    frame = open(barcode, now);
  } catch {
    return { state: "format" };
  }
  try {
    content = contentOf(frame.data);
  } catch {
    content = null;
  }
  const state = (await signed(frame, content)) || (await proven(frame, now)) || (content ? valid(frame, content, now, place) : "format");
  if (state) return { state, content };
  const number = content.reference.split("-")[0];
  const before = seen.get(number);
  seen.set(number, now);
  if (frame.signature) remember(hex(frame.signed));
  const again = before !== undefined && now - before < AGAIN;
  return { state: again ? "again" : "valid", content, before: again ? before : null, paper: !frame.movingKey };
}

// ---------------------------------------------------------------- lists, and what waits for network

async function take(given) {
  const keys = new Map();
  for (const one of given.keys) keys.set(one.number, await imported(fromBase64(one.point)));
  known = { made: given.made, ends: given.ends, issuer: given.issuer, keys, revoked: new Set(given.revoked) };
}

async function load() {
  if (!navigator.onLine) return tell(words.offline);
  let answer;
  try {
    answer = await fetch(root.dataset.lists, { headers: { Accept: "application/json" }, cache: "no-store", redirect: "manual" });
  } catch {
    return tell(words.offline);
  }
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
    await wipe();
    return tell(words.signed_out, true);
  }
  if (!answer.ok) return tell();
  const given = await answer.json();
  await take(given);
  const drift = given.made - Math.floor(Date.now() / 1000);
  known.drift = Math.abs(drift) > SAFE ? drift : 0;
  await store("readwrite", (tables) => tables.objectStore("listen").put(known, "listen"));
  await send();
  return tell();
}

async function note(verdict) {
  const accepted = verdict.state === "valid" || verdict.state === "again";
  const row = { outcome: verdict.state, at: seconds(), reference: accepted ? verdict.content.reference : "", paper: Boolean(verdict.paper) };
  await store("readwrite", (tables) => tables.objectStore("buch").add(row)).catch(() => {});
  await send().catch(() => {});
}

let sending = Promise.resolve();
function send() {
  sending = sending.then(sendNow, sendNow);
  return sending;
}

async function sendNow() {
  const rows = await store("readonly", (tables) => tables.objectStore("buch").getAll());
  const batch = (await store("readonly", (tables) => tables.objectStore("listen").get("batch"))) || { id: crypto.randomUUID(), rows: 0 };
  waiting.textContent = rows.length ? words.waiting.replace("{n}", rows.length) : "";
  if (!rows.length || !navigator.onLine) return;
  const some = rows.slice(0, batch.rows || 500); // a batch that was sent and not answered is sent again as it was
  await store("readwrite", (tables) => tables.objectStore("listen").put({ id: batch.id, rows: some.length }, "batch"));
  const answer = await fetch(root.dataset.book, {
    method: "POST", body: JSON.stringify({ batch: batch.id, rows: some }), redirect: "manual",
    headers: { "Content-Type": "application/json", "X-CSRFToken": root.querySelector("[name=csrfmiddlewaretoken]").value },
  }).catch(() => null);
  if (!answer?.ok) return;
  const ids = await store("readonly", (tables) => tables.objectStore("buch").getAllKeys());
  const last = ids[some.length - 1];
  await store("readwrite", (tables) => { tables.objectStore("listen").delete("batch"); return tables.objectStore("buch").delete(IDBKeyRange.upperBound(last)); });
  waiting.textContent = "";
}

function tell(sentence = "", alarm = false) {
  let text = words.none;
  if (known) {
    text = words.age.replace("{time}", new Date(known.made * 1000).toLocaleTimeString("de-DE", { hour: "2-digit", minute: "2-digit" }));
    if (known.drift) { text += ` ${words.clock}`; alarm = true; }
    if (seconds() - known.made >= OLD) { text += ` ${words.old}`; alarm = true; }
  }
  age.textContent = sentence ? `${sentence} ${known ? text : ""}` : text;
  age.classList.toggle("is-old", alarm || !known);
}

async function fresh() {
  if (known && known.ends <= seconds()) { await wipe(); tell(words.gone, true); }
  return known;
}

// ---------------------------------------------------------------- the page

const clock = (minutes) => new Date(minutes * 60000).toLocaleString("de-DE", { timeZone: "UTC", day: "2-digit", month: "2-digit", hour: "2-digit", minute: "2-digit" });

function line(text, name = "") {
  const part = document.createElement("p");
  part.className = name;
  part.textContent = text;
  return part;
}

function show(verdict) {
  const [level, word, sentence] = words.states[verdict.state];
  const box = document.createElement("div");
  box.className = `tk-result tk-result--${level}`;
  box.dataset.state = verdict.state;
  const head = line(` ${word}`, "tk-word");
  const icon = document.createElement("span");
  icon.className = `kern-icon kern-icon--${level}`;
  icon.setAttribute("aria-hidden", "true");
  head.prepend(icon);
  box.append(head, line(sentence));
  const content = verdict.content;
  if (content && verdict.state !== "forged" && verdict.state !== "unknown_key") {
    box.append(line(content.title, "tk-what"));
    box.append(line(`${words.zone} ${content.zones.map((one) => zone.querySelector(`[value="${one}"]`)?.dataset.key ?? one).join(", ")} · ${(verdict.state === "early" ? words.from : words.until).replace("{time}", clock(verdict.state === "early" ? content.since : content.until))}`, "tk-time"));
    if (content.name) box.append(line(words.id.replace("{name}", content.name)));
    if (content.age) box.append(line(words.kid.replace("{tariff}", content.tariff)));
    if (content.right) box.append(line(words.right.replace("{tariff}", content.tariff)));
    if (verdict.before) box.append(line(words.ago.replace("{n}", Math.round((exact() - verdict.before) / 60))));
  }
  result.replaceChildren(box);
  result.focus();
  navigator.vibrate?.(level === "success" ? 60 : [120, 80, 120]);
}

async function judge(bytes) {
  if (!(await fresh())) { tell(words.none, true); return; }
  const verdict = await inspect(bytes);
  show(verdict);
  await note(verdict);
}

// ---------------------------------------------------------------- camera and pictures

const options = { formats: ["Aztec"], tryHarder: true, tryRotate: true, maxNumberOfSymbols: 1 };
globalThis.ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => root.dataset.wasm } });
const read = async (picture) => (await globalThis.ZXingWASM.readBarcodes(picture, options)).find((code) => code.isValid)?.bytes;

let stream = null;
const camera = document.getElementById("kamera");
const picture = document.getElementById("bildschirm");
const canvas = document.createElement("canvas");

function cameraOff() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  camera.hidden = true;
}

async function scan() {
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  } catch {
    tell(words.no_camera, true);
    return;
  }
  picture.srcObject = stream;
  camera.hidden = false;
  await picture.play();
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  while (stream) {
    canvas.width = picture.videoWidth || 1;
    canvas.height = picture.videoHeight || 1;
    pen.drawImage(picture, 0, 0);
    const bytes = await read(pen.getImageData(0, 0, canvas.width, canvas.height)).catch(() => null);
    if (bytes) { cameraOff(); await judge(bytes); return; }
    await new Promise((wait) => setTimeout(wait, 120));
  }
}

async function fromFile(file) {
  const bytes = file && (await read(file).catch(() => null));
  if (bytes) await judge(bytes);
  else tell(words.no_code, true);
}

document.getElementById("pruefen").addEventListener("submit", (event) => {
  event.preventDefault();
  fromFile(document.getElementById("bild").files[0]);
});
document.getElementById("nummernform").addEventListener("submit", async (event) => {
  document.getElementById("nummernzone").value = zone.value;
  if (navigator.onLine) return; // the server knows more than the lists
  event.preventDefault();
  if (!(await fresh())) { tell(words.none, true); return; }
  const number = document.getElementById("nummer").value.toUpperCase().replace(/[^0-9A-Z]/g, "").slice(0, 9);
  show({ state: known.revoked.has(number) ? "revoked" : "no_net" });
});
document.getElementById("bild").addEventListener("change", (event) => fromFile(event.target.files[0]));
document.getElementById("scannen").hidden = !navigator.mediaDevices;
document.getElementById("scannen").addEventListener("click", scan);
document.getElementById("kamera-aus").addEventListener("click", cameraOff);
document.getElementById("laden").hidden = false;
document.getElementById("laden").addEventListener("click", load);
document.getElementById("abmelden").addEventListener("submit", async (event) => {
  event.preventDefault();
  cameraOff();
  await send().catch(() => {});
  await wipe();
  event.target.submit();
});
setInterval(async () => { await fresh(); if (known) tell(); }, 30000);
addEventListener("online", () => load());

known = (await store("readonly", (tables) => tables.objectStore("listen").get("listen")).catch(() => null)) || null;
await fresh();
tell();
if ("serviceWorker" in navigator) await navigator.serviceWorker.register(root.dataset.worker).catch(() => {});
await load();
root.inspect = inspect; // for the page's own test
root.dataset.ready = "1";
