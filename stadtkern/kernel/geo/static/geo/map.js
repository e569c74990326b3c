// The map of the city: own lines, points and cells by address, a pin, drawn shapes. Needs Leaflet (L), loaded before.
const L = window.L;
const round = (number) => Number(number.toFixed(6));

async function load(url) {
  const answer = await fetch(url, { headers: { Accept: "application/geo+json, application/json" } });
  if (!answer.ok) throw new Error(url);
  return answer.json();
}

function colours(box) {
  const read = getComputedStyle(box);
  return (name) => read.getPropertyValue(`--geo-${name}`).trim() || "#888";
}

// ---------------------------------------------------------------- the ground

async function ground(map, told, colour) {
  if (told.tiles) L.tileLayer(told.tiles, { maxZoom: 19, attribution: told.credit }).addTo(map);
  const [base, districts, streets] = await Promise.all(["ground", "districts", "streets"].map((name) => (told.base[name] ? load(told.base[name]) : null)));
  const painter = L.canvas({ padding: 0.5 });
  const plain = (kind, style) => ({ renderer: painter, interactive: false, filter: (one) => one.properties.kind === kind, style });
  if (base && !told.tiles) {
    L.geoJSON(base, plain("green", { stroke: false, fillColor: colour("green"), fillOpacity: 1 })).addTo(map);
    L.geoJSON(base, plain("water", { color: colour("water"), weight: 7, fillOpacity: 1 })).addTo(map);
    L.geoJSON(base, plain("rail", { color: colour("rail"), weight: 2, dashArray: "8 4" })).addTo(map);
  }
  if (streets && !told.tiles) {
    const wide = (one) => (one.properties.kind === "main" ? 7 : 4);
    L.geoJSON(streets, { renderer: painter, interactive: false, style: (one) => ({ color: colour("edge"), weight: wide(one) + 2 }) }).addTo(map);
    L.geoJSON(streets, {
      renderer: painter,
      interactive: false,
      style: (one) => ({ color: colour(one.properties.kind === "main" ? "main" : "street"), weight: wide(one) }),
      onEachFeature: (one, line) => {
        const points = line.getLatLngs();
        label(map, points[Math.floor(points.length / 2)], one.properties.name, `geo-label--street${one.properties.kind === "main" ? "" : " geo-label--side"}`);
      },
    }).addTo(map);
  }
  if (districts) {
    const shape = L.geoJSON(districts, {
      renderer: painter,
      interactive: false,
      style: { color: colour("border"), weight: 1.5, dashArray: "2 5", fill: false },
      onEachFeature: (one, area) => label(map, area.getBounds().getCenter(), one.properties.title, "geo-label--district"),
    }).addTo(map);
    return shape.getBounds();
  }
  return null;
}

function label(map, where, text, name) {
  const part = document.createElement("span");
  part.textContent = text;
  L.tooltip({ permanent: true, direction: "center", className: `geo-label ${name}`, interactive: false, opacity: 1 }).setLatLng(where).setContent(part).addTo(map);
}

function nearness(map, element) {
  const zoom = map.getZoom();
  element.classList.toggle("geo-far", zoom < 15);
  element.classList.toggle("geo-mid", zoom === 15);
  element.classList.toggle("geo-near", zoom > 15);
}

// ---------------------------------------------------------------- points and cells

function said(one, words) {
  const part = document.createElement(one.url ? "a" : "span");
  if (one.url) part.href = one.url;
  part.textContent = one.title || words.many.replace("{n}", one.count);
  return part;
}

const sizeOf = (count) => (count > 1 ? 26 + 5 * Math.min(6, Math.log2(count)) : 24);

// Points that would lie on each other become one heap, so that a finger can hit each. A heap grows: it may then reach the next one.
function apart(map, features) {
  const many = map.getZoom() < map.getMaxZoom();
  let heaps = features.map((one) => ({ at: map.project([one.geometry.coordinates[1], one.geometry.coordinates[0]]), one, count: one.properties.count || 1, level: one.properties.level, many: false }));
  for (let before = Infinity; many && heaps.length < before;) {
    before = heaps.length;
    const kept = [];
    for (const next of heaps) {
      const near = kept.find((heap) => heap.at.distanceTo(next.at) < (sizeOf(heap.count) + sizeOf(next.count)) / 2 + 12);
      if (near) { near.count += next.count; near.many = true; near.level = near.level === next.level ? near.level : "info"; } else kept.push(next);
    }
    heaps = kept;
  }
  return heaps.map(({ one, count, level, many: heap }) => (heap ? { geometry: one.geometry, properties: { count, level } } : one));
}

function dots(map, told) {
  const group = L.layerGroup().addTo(map);
  let shown = { features: [] };
  const show = (collection) => {
    shown = collection;
    group.clearLayers();
    for (const { geometry, properties } of apart(map, collection.features)) {
      const [long, lat] = geometry.coordinates;
      const many = properties.count > 1;
      const size = sizeOf(properties.count);
      const icon = L.divIcon({ className: `geo-dot geo-dot--${properties.level || "info"}`, html: many ? String(Number(properties.count)) : "", iconSize: [size, size] });
      const dot = L.marker([lat, long], { icon, title: properties.title || "", keyboard: true, alt: properties.title || told.words.many.replace("{n}", properties.count) });
      if (many && !properties.url) dot.on("click keypress", () => map.setView([lat, long], Math.min(19, map.getZoom() + 2)));
      else dot.bindPopup(said(properties, told.words));
      dot.addTo(group);
    }
  };
  let turn = 0;
  const ask = async () => {
    const mine = ++turn;
    const view = map.getBounds();
    const place = new URL(told.data, location.href);
    if (told.bbox) {
      place.searchParams.set("bbox", [view.getSouth(), view.getWest(), view.getNorth(), view.getEast()].map(round).join(","));
      place.searchParams.set("zoom", Math.round(map.getZoom()));
    }
    const collection = await load(place).catch(() => null);
    if (collection && mine === turn) show(collection);
  };
  let wait = 0;
  map.on("zoomend", () => show(shown));
  if (told.bbox) map.on("moveend", () => { clearTimeout(wait); wait = setTimeout(ask, 150); });
  return ask();
}

async function heat(map, told, colour) {
  const cells = await load(told.heat);
  const most = Math.max(1, ...cells.features.map((one) => one.properties.count));
  L.geoJSON(cells, {
    style: (one) => ({ stroke: false, fillColor: colour("heat"), fillOpacity: 0.15 + 0.6 * Math.sqrt(one.properties.count / most) }),
    onEachFeature: (one, cell) => cell.bindPopup(said(one.properties, told.words)),
  }).addTo(map);
}

// ---------------------------------------------------------------- lines and areas to look at

function outlines(map, told, colour, collection) {
  const dashes = { walk: "1 9", ride: "10 7" };
  const style = ({ properties: one }) => ({
    color: one?.colour || colour(one?.kind === "area" ? "border" : "heat"), weight: { vehicle: 6, walk: 5, ride: 5, area: 1 }[one?.style] || 3,
    dashArray: dashes[one?.style] || null, lineCap: "round", fillOpacity: one?.style === "area" ? 0.25 : 0.12,
  });
  const drawn = L.geoJSON(collection, {
    style,
    pointToLayer: (one, where) => L.circleMarker(where, { ...style(one), radius: 7 }),
    onEachFeature: (one, shape) => { if (one.properties?.title) shape.bindPopup(said(one.properties, told.words)); },
  }).addTo(map);
  return drawn.getBounds();
}

async function shapes(map, told, colour) {
  const found = told.shape ? JSON.parse(told.shape) : await load(told.shapes);
  const around = outlines(map, told, colour, found);
  if (around.isValid() && !told.point) map.fitBounds(around, { maxZoom: 17, padding: [20, 20] });
}

// ---------------------------------------------------------------- a pin

function picking(map, box, told, tell) {
  const lat = box.querySelector("input[name=lat]");
  const long = box.querySelector("input[name=long]");
  const icon = L.divIcon({ className: "geo-pin", iconSize: [32, 32], iconAnchor: [16, 30] });
  let pin = null;
  let turn = 0;
  const set = async (where, loud = true) => {
    if (!pin) {
      pin = L.marker(where, { icon, draggable: true, title: told.words.pin, alt: told.words.pin }).addTo(map);
      pin.on("dragend", () => set(pin.getLatLng()));
    }
    pin.setLatLng(where);
    lat.value = round(pin.getLatLng().lat);
    long.value = round(pin.getLatLng().lng);
    if (!loud) return;
    box.dispatchEvent(new CustomEvent("geo:picked", { bubbles: true, detail: { lat: Number(lat.value), long: Number(long.value) } }));
    const mine = ++turn;
    const found = await load(`${told.find}?lat=${lat.value}&long=${long.value}`).catch(() => null);
    if (!found || mine !== turn) return;
    const [house] = found.addresses;
    box.dispatchEvent(new CustomEvent("geo:address", { bubbles: true, detail: house || null }));
    tell(house ? told.words.near.replace("{text}", house.text) : told.words.nowhere);
  };
  map.on("click", (event) => set(event.latlng));
  box.addEventListener("geo:show", (event) => {
    const where = L.latLng(event.detail.lat, event.detail.long);
    map.setView(where, Math.max(17, map.getZoom()));
    set(where, event.detail.loud !== false);
  });
  box.querySelector("[data-geo=here]")?.addEventListener("click", () => {
    if (!navigator.geolocation) { tell(told.words.no_position); return; }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => { map.setView([coords.latitude, coords.longitude], 18); set(L.latLng(coords.latitude, coords.longitude)); },
      () => tell(told.words.no_position),
      { enableHighAccuracy: true, timeout: 10000, maximumAge: 30000 },
    );
  });
  if (told.point) { map.setView(told.point, 17); set(L.latLng(told.point), false); }
  return set;
}

// ---------------------------------------------------------------- drawn shapes

function drawing(map, box, told, tell, colour) {
  const value = box.querySelector("[data-geo-value]");
  const shown = L.featureGroup().addTo(map);
  let kind = "";
  let points = [];
  const geometry = () => {
    const listed = points.map(({ lat, lng }) => [round(lng), round(lat)]);
    if (kind === "point" && listed.length) return { type: "Point", coordinates: listed.at(-1) };
    if (kind === "line" && listed.length > 1) return { type: "LineString", coordinates: listed };
    return kind === "area" && listed.length > 2 ? { type: "Polygon", coordinates: [[...listed, listed[0]]] } : null;
  };
  const show = () => {
    shown.clearLayers();
    const style = { color: colour("heat"), weight: 4, fillOpacity: 0.2 };
    for (const one of points) L.circleMarker(one, { ...style, radius: 5 }).addTo(shown);
    if (points.length > 1 && kind !== "point") (kind === "area" ? L.polygon(points, style) : L.polyline(points, style)).addTo(shown);
    const made = geometry();
    value.value = made ? JSON.stringify(made) : "";
    box.dispatchEvent(new CustomEvent("geo:drawn", { bubbles: true, detail: made }));
    tell(points.length ? `${told.words.drawn.replace("{n}", points.length)} ${made ? "" : told.words.more}`.trim() : "");
  };
  const add = (where) => { if (!kind) return; points = kind === "point" ? [where] : [...points, where]; show(); };
  const choose = (next) => {
    kind = next;
    for (const one of box.querySelectorAll("[data-geo][aria-pressed]")) one.setAttribute("aria-pressed", String(one.dataset.geo === kind));
  };
  map.on("click", (event) => add(event.latlng));
  for (const one of box.querySelectorAll("[data-geo][aria-pressed]")) one.addEventListener("click", () => { points = []; choose(one.dataset.geo); show(); });
  box.querySelector("[data-geo=back]").addEventListener("click", () => { points.pop(); show(); });
  box.querySelector("[data-geo=done]").addEventListener("click", () => { if (geometry()) choose(""); });
  if (value.value) {
    try { map.fitBounds(L.geoJSON(JSON.parse(value.value), { style: { color: colour("heat"), weight: 4 } }).addTo(shown).getBounds(), { maxZoom: 17 }); } catch { value.value = ""; }
  }
  return add;
}

// ---------------------------------------------------------------- start

async function start(box) {
  const told = JSON.parse(box.dataset.geoMap);
  const element = box.querySelector(".geo-map");
  const colour = colours(box);
  const words = box.querySelector(".geo-said");
  const tell = (text) => { words.textContent = text; };
  element.classList.add("leaflet-container");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(element, { center: told.centre, zoom: told.zoom, minZoom: 10, maxZoom: 19, zoomSnap: 0.25, zoomControl: false, attributionControl: Boolean(told.credit), zoomAnimation: !still, fadeAnimation: !still, markerZoomAnimation: !still });
  L.control.zoom({ zoomInTitle: told.words.in, zoomOutTitle: told.words.out }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  const middle = document.createElement("span");
  middle.className = "geo-middle";
  element.append(middle);
  map.on("zoomend", () => nearness(map, element));
  nearness(map, element);
  const acts = [];
  if (told.pick) acts.push(picking(map, box, told, tell));
  else if (told.point) {
    map.setView(told.point, 17);
    L.marker(told.point, { icon: L.divIcon({ className: "geo-pin", iconSize: [32, 32], iconAnchor: [16, 30] }), title: told.words.pin, alt: told.words.pin, keyboard: false }).addTo(map);
  }
  if (told.draw.length) acts.push(drawing(map, box, told, tell, colour));
  box.querySelector(".geo-tools")?.removeAttribute("hidden");
  const middleButton = box.querySelector("[data-geo=middle]");
  middleButton?.addEventListener("click", () => { for (const act of acts) act(map.getCenter()); });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== element || !acts.length) return;
    event.preventDefault();
    for (const act of acts) act(map.getCenter());
  });
  new ResizeObserver(() => map.invalidateSize()).observe(element);
  await ground(map, told, colour).catch(() => tell(told.words.offline));
  if (told.shapes || told.shape) await shapes(map, told, colour).catch(() => tell(told.words.offline));
  if (told.heat) await heat(map, told, colour).catch(() => tell(told.words.offline));
  if (told.data) await dots(map, told).catch(() => tell(told.words.offline));
  box.dataset.ready = "1";
}

for (const box of document.querySelectorAll("[data-geo-map]")) start(box);
