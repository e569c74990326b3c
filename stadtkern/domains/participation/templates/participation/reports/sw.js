// Keeps the form for a phone without network and sends what waits, once. It governs the form only.
const SHELL = "maengel-1";
const PAGE = "{% url 'participation:report' %}";
const KEPT = 30 * 86400000; // then what was sent is forgotten on this device
const LATER = [429, 502, 503, 504]; // the server is busy or away: everything else waits as well
importScripts("{% static 'participation/reports-queue.js' %}"); // store()
const SEND = "{% url 'participation:report_send' %}";
const PARTS = ["{% static 'ui/kern.min.css' %}", "{% static 'ui/stadtkern.css' %}", "{{ look_url }}", "{% static 'participation/reports.css' %}", "{% static 'participation/reports-queue.js' %}", "{% static 'participation/reports.js' %}", "{% static 'ui/leaflet.css' %}", "{% static 'ui/leaflet.js' %}", "{% static 'geo/map.css' %}", "{% static 'geo/map.js' %}", "{% url 'geo:layer' 'districts' %}", "{% url 'geo:layer' 'streets' %}", "{% url 'geo:layer' 'ground' %}", "{% static 'ui/fonts/text-400.woff2' %}", "{% static 'ui/fonts/text-600.woff2' %}"];

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function keep() {
  const cache = await caches.open(SHELL);
  await Promise.all(PARTS.map((part) => cache.add(part).catch(() => {})));
  const page = await fetch(PAGE, { credentials: "omit", cache: "no-store" }); // without anybody's name in it
  if (page.ok && !page.redirected) await cache.put(PAGE, page);
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate" && url.pathname === PAGE) event.respondWith(fetch(event.request).catch(() => caches.match(PAGE)));
  else if (PARTS.includes(url.pathname + url.search)) event.respondWith(fetch(event.request).catch(() => caches.match(event.request)));
});

self.addEventListener("sync", (event) => { if (event.tag === "maengel") event.waitUntil(flush()); });
self.addEventListener("message", (event) => { if (event.data === "senden") event.waitUntil(flush()); });

// ---------------------------------------------------------------- the queue

async function token() {
  const page = await fetch(PAGE, { credentials: "same-origin", cache: "no-store" });
  return (await page.text()).match(/name="csrfmiddlewaretoken" value="([^"]+)"/)?.[1];
}

async function flush() {
  await navigator.locks.request("maengel", async () => {
    const waiting = await store("wartend", "readonly", (table) => table.getAll());
    for (const one of await store("gesendet", "readonly", (table) => table.getAll())) {
      if (one.at < Date.now() - KEPT) await store("gesendet", "readwrite", (table) => table.delete(one.key));
    }
    for (const one of waiting.filter((each) => !each.refused)) {
      if (!(await send(one))) break;
    }
  }).catch(() => {});
  for (const page of await self.clients.matchAll({ includeUncontrolled: true })) page.postMessage("neu");
}

async function send(one, again = false) {
  let answer;
  try {
    const form = new FormData();
    for (const [name, value] of Object.entries(one.fields)) form.append(name, value);
    form.set("csrfmiddlewaretoken", (await token()) || "");
    form.set("key", one.key);
    form.set("offline", "1");
    if (one.photo) form.set("photo", one.photo, "foto.jpg");
    answer = await fetch(SEND, { method: "POST", body: form, credentials: "same-origin", headers: { Accept: "application/json" } });
  } catch {
    return false;
  }
  if (answer.ok) {
    const { reference, url } = await answer.json();
    await store("gesendet", "readwrite", (table) => table.put({ key: one.key, reference, url, at: Date.now() }));
    await store("wartend", "readwrite", (table) => table.delete(one.key));
    return true;
  }
  if (LATER.includes(answer.status)) return false;
  if (answer.status === 409 && !again) { // the key belongs to another report of this device
    const fresh = { ...one, key: crypto.randomUUID() };
    await store("wartend", "readwrite", (table) => table.put(fresh));
    await store("wartend", "readwrite", (table) => table.delete(one.key));
    return send(fresh, true);
  }
  const { error } = await answer.json().catch(() => ({ error: "" }));
  const why = answer.status === 400 ? { refused: error || "400" } : { failed: error || String(answer.status) }; // tried again
  await store("wartend", "readwrite", (table) => table.put({ ...one, ...why }));
  return true;
}
