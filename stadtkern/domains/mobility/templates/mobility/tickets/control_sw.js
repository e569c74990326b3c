// Keeps the shell of the inspectors' page for a phone without network. It governs this page only; lists lie elsewhere.
const SHELL = "pruefung-1";
const PAGE = "{% url 'mobility:ticket_control' %}";
const PARTS = ["{% static 'ui/kern.min.css' %}", "{% static 'ui/stadtkern.css' %}", "{{ look_url }}", "{% static 'mobility/tickets/tickets.css' %}", "{% static 'mobility/tickets/control.js' %}", "{% static 'mobility/tickets/bits.js' %}", "{% static 'ui/zxing_reader.js' %}", "{% static 'ui/zxing_reader.wasm' %}", "{% static 'mobility/control.svg' %}"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(PARTS)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate" && url.pathname === PAGE) event.respondWith(fresh(event.request));
  else if (PARTS.includes(url.pathname + url.search)) event.respondWith(caches.match(event.request).then((kept) => kept || fetch(event.request)));
});

async function fresh(request) {
  const cache = await caches.open(SHELL);
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) await cache.put(PAGE, answer.clone());
    return answer;
  } catch (offline) {
    const shell = await cache.match(PAGE);
    if (shell) return shell;
    throw offline;
  }
}
