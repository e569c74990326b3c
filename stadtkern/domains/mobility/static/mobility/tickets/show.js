// Shows tickets on this phone: a key that cannot leave the browser proves every few seconds that it is here. Works offline.
const root = document.getElementById("zeigen");
const { Reader, Writer, fromBase64, toBase64, wrapped } = await import(root.dataset.bits);
const { path } = await import(root.dataset.aztec);
const words = JSON.parse(document.getElementById("worte").textContent);
const [state, list] = [document.getElementById("stand"), document.getElementById("fahrscheine")];
const EVERY = 10; // seconds between two proofs
const SAFE = 15; // so many seconds may this clock differ from the city's
let kept = null; // {pair, tickets, elsewhere, drift}

function store(mode, act) {
  return new Promise((done, fail) => {
    const opening = indexedDB.open("fahrscheine", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("alles");
    opening.onerror = () => fail(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const asked = act(database.transaction("alles", mode).objectStore("alles"));
      asked.onsuccess = () => { database.close(); done(asked.result); };
      asked.onerror = () => { database.close(); fail(asked.error); };
    };
  });
}

const keep = () => store("readwrite", (table) => table.put(kept, "alles"));

async function pair() {
  if (!kept) kept = { tickets: [], elsewhere: [], drift: 0 };
  if (!kept.pair) kept.pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  return kept.pair;
}

// ---------------------------------------------------------------- what the city gives this phone

async function load() {
  if (!navigator.onLine) return tell(words.offline);
  const { publicKey } = await pair();
  await keep();
  const key = toBase64(new Uint8Array(await crypto.subtle.exportKey("raw", publicKey)));
  let answer;
  try {
    answer = await fetch(root.dataset.phone, {
      method: "POST", body: JSON.stringify({ key }), redirect: "manual", cache: "no-store",
      headers: { "Content-Type": "application/json", "X-CSRFToken": root.querySelector("[name=csrfmiddlewaretoken]").value },
    });
  } catch {
    return tell(words.offline);
  }
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
    kept = null;
    await store("readwrite", (table) => table.clear());
    document.getElementById("anmelden").hidden = false;
    return tell(words.signed_out);
  }
  const told = await answer.json();
  if (answer.status === 410) { // reported lost: nothing stays to be shown; the key stays, so that this phone is known
    kept.tickets = [];
    kept.elsewhere = [];
    await keep();
  }
  if (!answer.ok) return tell(told.problem || words.offline);
  kept.tickets = told.tickets;
  kept.elsewhere = told.elsewhere;
  kept.drift = told.made - Math.floor(Date.now() / 1000);
  await keep();
  return tell(Math.abs(kept.drift) > SAFE ? words.clock : "");
}

// ---------------------------------------------------------------- the proof of this moment

function dayOf(now) {
  const first = Date.UTC(now.getUTCFullYear(), 0, 1);
  return { day: Math.floor((now - first) / 86400000) + 1, second: Math.floor((now - first) / 1000) % 86400 };
}

async function proven(barcode, privateKey, now = new Date()) {
  const from = new Reader(barcode);
  if (from.bit() || from.letters() !== "U2") throw new Error("no ticket");
  if (!from.bit() || from.bit()) throw new Error("no ticket");
  const start = from.at;
  skipBase(from);
  const end = from.at;
  const signature = from.octets();
  const moment = new Writer();
  const { day, second } = dayOf(now);
  moment.put(0b001000, 6); // nothing but the time
  moment.put(day - 1, 9);
  moment.put(second, 17);
  const signed = new Writer();
  signed.put(0b11, 2);
  signed.copy(from, start, end);
  signed.octets(signature);
  signed.letters("FDC1");
  signed.octets(moment.done());
  const proof = new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, privateKey, signed.done()));
  const out = new Writer();
  out.put(1, 1);
  out.letters("U2");
  out.bits.push(...signed.bits);
  out.octets(wrapped(proof));
  return out.done();
}

function skipBase(from) {
  const there = Array.from({ length: 12 }, () => from.bit());
  const rest = [() => from.take(15), () => from.letters(), () => from.take(17), null, ...Array(5).fill(() => from.octets())];
  rest.push(() => from.take(8), () => from.take(9), () => from.take(11), () => from.take(12));
  let place = 0;
  for (const skip of rest) {
    if (skip === null) for (let count = from.length(); count > 0; count -= 1) { from.letters(); from.octets(); }
    else if (there[place++]) skip();
  }
}

// ---------------------------------------------------------------- the page

function tell(text) {
  state.textContent = text || (kept?.tickets.length ? "" : words.none);
  if (kept?.elsewhere.length) state.textContent += ` ${words.elsewhere.replace("{titles}", kept.elsewhere.join(", "))}`;
}

const part = (name, className, text = "") => {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
};

const clock = (seconds) => new Date(seconds * 1000).toLocaleString("de-DE", { day: "2-digit", month: "2-digit", hour: "2-digit", minute: "2-digit" });
const svg = (name) => document.createElementNS("http://www.w3.org/2000/svg", name);

function drawing(title) {
  const code = svg("svg");
  code.setAttribute("role", "img");
  code.setAttribute("shape-rendering", "crispEdges");
  code.append(svg("title"), svg("path"), svg("path"));
  code.firstChild.textContent = title;
  code.children[1].setAttribute("fill", "#fff");
  return code;
}

function card(ticket) {
  const box = part("section", "tk-ticket sk-panel");
  box.id = `t${ticket.id}`;
  const code = part("div", "tk-code");
  code.append(drawing(ticket.title));
  box.append(part("h2", "kern-heading-medium", ticket.title), code, part("p", "tk-word"), part("p", "tk-fresh"),
    part("p", "tk-what", `${words.zone} ${ticket.zones.join(", ")}${ticket.reduction ? ` · ${ticket.reduction}` : ""}`), part("p", "tk-time"));
  return box;
}

async function draw(ticket) {
  const box = document.getElementById(`t${ticket.id}`) || list.appendChild(card(ticket));
  const now = Math.floor(Date.now() / 1000) + (kept.drift || 0);
  const word = now > ticket.until ? words.over : now < ticket.since ? words.early : now > ticket.ends ? words.renew : words.valid;
  box.querySelector(".tk-word").textContent = word;
  box.classList.toggle("is-valid", word === words.valid);
  box.querySelector(".tk-time").textContent = now < ticket.since ? words.from.replace("{time}", clock(ticket.since)) : words.until.replace("{time}", clock(ticket.until));
  const code = box.querySelector("svg");
  code.parentElement.hidden = word !== words.valid;
  if (word !== words.valid) return;
  const shown = await proven(fromBase64(ticket.barcode), kept.pair.privateKey, new Date(now * 1000));
  const { drawn, size } = path(shown);
  code.setAttribute("viewBox", `0 0 ${size} ${size}`);
  code.children[1].setAttribute("d", `M0 0h${size}v${size}H0z`);
  code.children[2].setAttribute("d", drawn);
  box.dataset.shown = toBase64(shown);
}

async function tick() {
  const second = Math.floor(Date.now() / 1000) % EVERY;
  if (!kept) return list.replaceChildren();
  if (second === 0 || !list.children.length) await Promise.allSettled(kept.tickets.map(draw)); // one that fails hides no other
  for (const one of [...list.children]) if (!kept.tickets.some((ticket) => `t${ticket.id}` === one.id)) one.remove();
  for (const one of list.querySelectorAll(".tk-fresh")) one.textContent = words.fresh.replace("{n}", EVERY - second);
  return undefined;
}

kept = (await store("readonly", (table) => table.get("alles")).catch(() => null)) || null;
tell(words.loading);
await tick();
if ("serviceWorker" in navigator) await navigator.serviceWorker.register(root.dataset.worker).catch(() => {});
await load();
await tick();
if (location.hash) document.getElementById(`t${location.hash.slice(1)}`)?.scrollIntoView();
setInterval(tick, 1000);
addEventListener("online", load);
navigator.wakeLock?.request("screen").catch(() => {});
root.dataset.ready = "1";
