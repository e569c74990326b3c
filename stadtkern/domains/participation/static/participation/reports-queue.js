// What waits on this device and what was sent from it: one store for the page and for its service worker.

function store(name, mode, act) {
  return new Promise((done, fail) => {
    const opening = indexedDB.open("maengel", 1);
    opening.onupgradeneeded = () => { opening.result.createObjectStore("wartend", { keyPath: "key" }); opening.result.createObjectStore("gesendet", { keyPath: "key" }); };
    opening.onerror = () => fail(opening.error);
    opening.onsuccess = () => {
      const asked = act(opening.result.transaction(name, mode).objectStore(name));
      asked.onsuccess = () => { opening.result.close(); done(asked.result); };
      asked.onerror = () => { opening.result.close(); fail(asked.error); };
    };
  });
}
