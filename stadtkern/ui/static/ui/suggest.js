// Suggestions need htmx, a visit to the start page does not: fetch it when somebody goes to the field.
(() => {
  const source = document.currentScript.dataset.htmx;
  const field = document.querySelector("[hx-get]");
  const load = () => {
    const script = document.createElement("script");
    script.src = source;
    script.onload = () => field.value && field.dispatchEvent(new Event("input")); // what was typed meanwhile
    document.head.append(script);
  };
  // htmx starts by itself only in a page that has finished loading.
  const begin = () => (document.readyState === "complete" ? load() : addEventListener("load", load, { once: true }));
  if (field && document.activeElement === field) begin();
  else field?.addEventListener("focus", begin, { once: true });
})();
