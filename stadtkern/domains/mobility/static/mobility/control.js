// Checks resident parking permits without network: signature of the code, list of valid and revoked ones, zone and day.
// Plates lie on the phone as digests only, under a key that cannot be read out again; old lists are deleted.
const root = document.getElementById("kontrolle");
const words = JSON.parse(document.getElementById("worte").textContent);
const [age, result, form, field, zone] = ["stand", "ergebnis", "pruefen", "text", "zone"].map((id) => document.getElementById(id));
const OLD = 3600;
const utf8 = new TextEncoder();
let known = null; // {made, ends, permits, hmac, keys}

// ---------------------------------------------------------------- what the phone keeps

function store(mode, act) {
  return new Promise((done, fail) => {
    const opening = indexedDB.open("kontrolle", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("listen");
    opening.onerror = () => fail(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const asked = act(database.transaction("listen", mode).objectStore("listen"));
      asked.onsuccess = () => { database.close(); done(asked.result); };
      asked.onerror = () => { database.close(); fail(asked.error); };
    };
  });
}

async function wipe() {
  known = null;
  await store("readwrite", (table) => table.clear()).catch(() => {});
}

// ---------------------------------------------------------------- signatures (compact JWS, ES256)

function bytes(text) {
  const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
}

const told = (part) => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes(part)));

async function keysOf(jwks) {
  const found = {};
  for (const { kty, crv, x, y, kid } of jwks) {
    if (kty !== "EC" || crv !== "P-256") continue;
    found[kid] = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  }
  return found;
}

// The claims of a code of the city, or null.
async function read(token, keys) {
  try {
    const parts = token.split(".");
    const head = told(parts[0]);
    if (parts.length !== 3 || head.alg !== "ES256" || Object.keys(head).length !== 2 || !Object.hasOwn(keys, head.kid)) return null;
    const signed = utf8.encode(`${parts[0]}.${parts[1]}`);
    const good = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, keys[head.kid], bytes(parts[2]), signed);
    return good ? told(parts[1]) : null;
  } catch {
    return null;
  }
}

// ---------------------------------------------------------------- the list

async function load() {
  let answer;
  if (!navigator.onLine) {
    tell(words.offline);
    return;
  }
  try {
    answer = await fetch(root.dataset.list, { headers: { Accept: "application/json" }, cache: "no-store" });
  } catch {
    tell(words.offline);
    return;
  }
  if (answer.redirected || answer.status === 401 || answer.status === 403) {
    await wipe();
    tell(words.signed_out, true);
    return;
  }
  if (!answer.ok) return;
  const given = await answer.json();
  const keys = await keysOf(given.keys);
  const list = await read(given.list, keys);
  if (!list || list.kind !== "list") {
    tell(words.bad_list, true);
    return;
  }
  const hmac = await crypto.subtle.importKey("raw", bytes(list.key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  known = { made: list.made, ends: list.ends, permits: list.permits, hmac, keys };
  await store("readwrite", (table) => table.put(known, "liste"));
  tell();
}

async function digest(text) {
  const whole = new Uint8Array(await crypto.subtle.sign("HMAC", known.hmac, utf8.encode(text)));
  return btoa(String.fromCharCode(...whole.slice(0, 16))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const seconds = () => Math.floor(Date.now() / 1000);
const day = (moment) => new Date(moment * 1000).toLocaleDateString("sv-SE");

async function fresh() {
  if (known && known.ends <= seconds()) {
    await wipe();
    tell(words.gone, true);
  }
  return known;
}

function tell(sentence = "", alarm = false) {
  let text = words.none;
  if (known) {
    const minutes = Math.floor((seconds() - known.made) / 60);
    const ago = minutes < 1 ? words.now : minutes < 120 ? words.minutes.replace("{n}", minutes) : words.hours.replace("{n}", Math.floor(minutes / 60));
    const time = new Date(known.made * 1000).toLocaleTimeString("de-DE", { hour: "2-digit", minute: "2-digit" });
    text = words.age.replace("{time}", time).replace("{ago}", ago);
    if (minutes * 60 >= OLD) {
      text += ` ${words.old}`;
      alarm = true;
    }
  }
  age.textContent = sentence ? `${sentence} ${known ? text : ""}` : text;
  age.classList.toggle("is-old", alarm || !known);
}

// ---------------------------------------------------------------- one permit

// As stadtkern/lib/plates.py writes it.
function plateOf(text) {
  const plain = text.trim().toUpperCase();
  const found = plain.match(/^([A-ZÄÖÜ]{1,3})[\s·-]+([A-Z]{1,2})[\s·-]*([1-9][0-9]{0,3})\s*([EH]?)$/);
  if (found) return `${found[1]}-${found[2]} ${found[3]}${found[4]}`;
  const official = plain.match(/^([A-ZÄÖÜ]{1,3})[\s-]+([1-9][0-9]{0,5})$/);
  return official ? `${official[1]}-${official[2]}` : null;
}

function stateOf([, place, begins, ends, , revoked]) {
  const today = day(seconds());
  if (revoked) return "revoked";
  if (ends < today) return "expired";
  if (begins > today) return "early";
  return zone.value && place !== zone.value ? "zone" : "valid";
}

async function checkCode(token) {
  const claims = known ? await read(token, known.keys) : null;
  if (!known) return { state: "no_list" };
  if (!claims || !claims.number || !claims.plate) return { state: "forged" };
  const shown = { plate: claims.plate, zone: claims.zone, until: claims.until };
  const mark = await digest(`number:${claims.number}`);
  const row = known.permits.find((one) => one[4] === mark);
  if (row) return { state: stateOf(row), ...shown };
  if (claims.until < day(seconds())) return { state: "expired", ...shown };
  if (zone.value && claims.zone !== zone.value) return { state: "zone", ...shown };
  return { state: claims.issued >= day(known.made) ? "newer" : "unknown", ...shown };
}

async function check(text) {
  await fresh();
  const token = text.slice(text.lastIndexOf("#") + 1).trim();
  if (token.split(".").length === 3) return checkCode(token);
  if (!known) return { state: "no_list" };
  const plate = plateOf(text);
  const number = text.trim().toUpperCase();
  if (!plate && !/^[0-9A-Z-]{6,30}$/.test(number)) return { state: "unreadable" };
  const mark = await digest(plate ? `plate:${plate}` : `number:${number}`);
  const rows = known.permits.filter((one) => one[plate ? 0 : 4] === mark);
  if (!rows.length) return { state: "unknown", plate: plate || number };
  const order = ["valid", "zone", "early", "revoked", "expired"];
  const best = rows.sort((one, other) => order.indexOf(stateOf(one)) - order.indexOf(stateOf(other)))[0];
  return { state: stateOf(best), plate: plate || number, zone: best[1], until: best[3] };
}

function line(text, name = "") {
  const part = document.createElement("p");
  part.className = name;
  part.textContent = text;
  return part;
}

function show({ state, plate, zone: place, until }) {
  const [level, word, sentence] = words.states[state];
  const box = document.createElement("div");
  box.className = `pk-result pk-result--${level}`;
  box.dataset.state = state;
  const head = line(` ${word}`, "pk-word");
  const icon = document.createElement("span");
  icon.className = `kern-icon kern-icon--${level}`;
  icon.setAttribute("aria-hidden", "true");
  head.prepend(icon);
  box.append(head, line(sentence));
  if (plate) box.append(line(plate, "pk-plate"));
  if (place) box.append(line(`${words.zone} ${place} · ${words.until} ${until.split("-").reverse().join(".")}`));
  result.replaceChildren(box);
  result.focus();
  navigator.vibrate?.(level === "success" ? 60 : [120, 80, 120]);
}

// ---------------------------------------------------------------- camera

let stream = null;
const camera = document.getElementById("kamera");
const picture = document.getElementById("bild");

function cameraOff() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  camera.hidden = true;
}

async function scan() {
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    tell(words.no_camera, true);
    return;
  }
  picture.srcObject = stream;
  camera.hidden = false;
  await picture.play();
  while (stream) {
    const [code] = await detector.detect(picture).catch(() => []);
    if (code) {
      cameraOff();
      show(await check(code.rawValue));
      return;
    }
    await new Promise((wait) => setTimeout(wait, 150));
  }
}

async function scanner() {
  const able = "BarcodeDetector" in window && navigator.mediaDevices && (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
  document.getElementById("scannen").hidden = !able;
}

// ---------------------------------------------------------------- start

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  show(await check(field.value));
});
document.getElementById("laden").hidden = false;
document.getElementById("laden").addEventListener("click", load);
document.getElementById("scannen").addEventListener("click", scan);
document.getElementById("kamera-aus").addEventListener("click", cameraOff);
document.getElementById("abmelden").addEventListener("submit", async (event) => {
  event.preventDefault();
  cameraOff();
  await wipe();
  indexedDB.deleteDatabase("kontrolle");
  for (const name of await caches.keys()) await caches.delete(name);
  for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
  event.target.submit();
});
setInterval(async () => { await fresh(); if (known) tell(); }, 30000);

known = (await store("readonly", (table) => table.get("liste")).catch(() => null)) || null;
await fresh();
tell();
scanner().catch(() => {});
if ("serviceWorker" in navigator) await navigator.serviceWorker.register(root.dataset.worker).catch(() => {});
await load();
root.dataset.ready = "1";
