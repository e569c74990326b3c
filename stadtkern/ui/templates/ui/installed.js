self.addEventListener("install", (event) => {
  // The page as well: the visit that installs us went past us, and may have been the last one with network.
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(FIRST)).then(() => fresh(PAGE).catch(() => null)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate" && url.pathname === PAGE) event.respondWith(fresh(event.request));
  else if (PARTS.includes(url.pathname + url.search)) event.respondWith(kept(event.request));
});

async function kept(request) {
  return (await caches.match(request)) || fetch(request);
}

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
