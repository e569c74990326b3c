// The page of a call: devices, waiting room, conversation. Its sentences come with the page, in the reader's language.
(() => {
  "use strict";
  const page = document.getElementById("call");
  if (!page) return;
  const { Wire, Peer, Devices } = window.Video;
  const words = JSON.parse(document.getElementById("call-words").textContent);
  const at = (name) => page.querySelector(`[data-at="${name}"]`);
  const isStaff = page.dataset.role === "STAFF";
  const PATIENCE = 6000; // milliseconds; with the questions before it, less than ten seconds
  const devices = new Devices();
  let admission = null, peer = null, theirs = 0, trying = 0, ready = false, muted = false, hushed = () => {}, last = null, stage = "";

  const kept = `call-${page.dataset.key}`;
  const wire = new Wire(page.dataset.base, page.querySelector("[name=csrfmiddlewaretoken]").value, {
    heard, sent: () => { if (peer) peer.write({ look: true }); }, offline: (is) => { at("offline").hidden = !is; }, refused,
  });

  function say(text, name = "status") { if (at(name).textContent !== text) at(name).textContent = text; }
  function show(name) {
    if (stage === name) return;
    stage = name;
    for (const part of page.querySelectorAll("[data-stage]")) part.hidden = part.dataset.stage !== name;
    if (name !== "devices") { hushed(); hushed = () => {}; }
    const head = page.querySelector(`[data-stage="${name}"] h2`);
    if (head) head.focus();
  }
  function since(moment) {
    const minutes = moment ? Math.floor((Date.now() - new Date(moment).getTime()) / 60000) : 0;
    return minutes > 0 ? words.minutes.replace("{n}", minutes) : words.just;
  }

  // Devices
  async function look() {
    if (!devices.works) { say(words.no_browser, "test"); return false; }
    at("start-test").hidden = true;
    await devices.open();
    at("preview").srcObject = devices.stream;
    at("tested").hidden = false;
    say([devices.track("video") ? "" : words.no_camera, devices.track("audio") ? "" : words.no_microphone].join(" ").trim(), "test");
    meter();
    await fill();
    return true;
  }
  function meter() {
    hushed();
    let heardOnce = false;
    hushed = devices.listen((loud) => {
      at("level").value = loud;
      if (!heardOnce && loud > 0.05) { heardOnce = true; say(words.heard, "level-word"); }
    });
    say(words.quiet, "level-word");
  }
  async function fill() {
    const found = await devices.list();
    for (const [kind, name] of [["video", "cameras"], ["audio", "microphones"], ["out", "speakers"]]) {
      const box = at(name);
      box.replaceChildren(...found[kind].map((one, place) => new Option(one.label || `${place + 1}`, one.deviceId)));
      box.closest(".kern-form-input").hidden = found[kind].length < 2;
    }
  }
  async function choose(kind, box) {
    try { await devices.choose(kind, box.value); if (kind === "audio") meter(); at("preview").srcObject = devices.stream; } catch (problem) { say(kind === "audio" ? words.no_microphone : words.no_camera, "test"); }
  }
  function enter() {
    ready = true;
    wire.state.ready = true;
    try { window.sessionStorage.setItem(kept, "1"); } catch (problem) { /* private mode: the test comes once more */ }
    at("self").srcObject = devices.stream;
    at("self-frame").hidden = !devices.track("video");
    buttons();
    show("waiting");
    if (last) heard({ ...last, lines: [] });
    wire.poke();
  }

  // What the city says
  function heard(told) {
    last = told;
    if (!ready) return;
    if (!told.open) { drop(); show("waiting"); wait(told); return; }
    if (stage !== "talking") { show("talking"); say(words.opened); }
    if (told.peer && told.ready && told.here && told.peer !== theirs) connect(told.peer);
    for (const line of told.lines) if (peer) peer.hear(line.body);
    if (!told.here && !wire.state.connected) { say(words.gone); calm(); }
    else if (!wire.state.connected && !trying && at("failed").hidden) say(peer ? words.again : words.connecting);
  }
  function wait(told) {
    if (isStaff) {
      const there = told.here && told.peer > 0;
      at("let-in").disabled = !(there && told.ready);
      say(!there ? words.nobody : told.ready ? words.waits.replace("{since}", since(told.since)) : words.preparing, "wait");
      return;
    }
    const late = Date.now() > new Date(page.dataset.start).getTime() + 5 * 60000;
    const text = late ? words.waiting_late : told.here ? words.waiting : words.waiting_alone;
    say(text.replace("{since}", since(told.since)).replace("{start}", page.dataset.startWords), "wait");
  }
  function refused(why, text) {
    drop();
    if (why === "over" || why === "lost") { window.location.reload(); return; }
    say(text || words.over, "refused");
    show("refused");
  }

  // The connection
  function connect(epoch) {
    drop();
    theirs = epoch;
    at("failed").hidden = true;
    say(words.connecting);
    hurry();
    peer = new Peer({
      polite: admission.polite, ice: admission.ice, relayOnly: admission.relay_only, local: devices.stream,
      say: (body) => wire.say(epoch, body), events: { state, streams, note, open, odd: () => retry() },
    });
  }
  function drop() {
    if (peer) { peer.unshare(); peer.close(); }
    peer = null; theirs = 0; calm();
    wire.state.connected = false; wire.state.relayed = null;
  }
  function hurry() { calm(); trying = window.setTimeout(() => { trying = 0; at("failed").hidden = false; say(words.failed); at("failed").scrollIntoView({ block: "nearest" }); }, PATIENCE); }
  function calm() { window.clearTimeout(trying); trying = 0; }
  async function state(now, relayed) {
    if (now === "connected") {
      calm();
      at("failed").hidden = true;
      wire.state.connected = true; wire.state.relayed = relayed;
      say(relayed ? words.relayed : words.direct);
      page.dataset.way = relayed ? "relayed" : "direct";
      say(await peer.digits(), "digits");
      at("digits-line").hidden = !at("digits").textContent;
      wire.poke();
    } else if (now === "disconnected" || now === "failed") {
      wire.state.connected = false;
      say(words.again);
      if (!trying && at("failed").hidden) hurry();
      wire.poke();
    }
  }
  function streams(main, screen) {
    if (at("remote").srcObject !== main) at("remote").srcObject = main;
    if (at("screen").srcObject !== screen) at("screen").srcObject = screen;
    at("screen-frame").hidden = !screen;
  }
  function open() { peer.write({ camera: Boolean(devices.track("video")) }); }
  async function retry() {
    drop();
    at("failed").hidden = true;
    admission = await wire.comeIn();
    if (admission) wire.state.ready = ready;
  }

  // During the call
  function note(said) {
    if (said.look === true) wire.poke();
    if (said.over === true) wire.poke();
    if (typeof said.camera === "boolean") at("no-picture").hidden = said.camera;
    if (typeof said.text === "string") write(words.them, said.text.slice(0, 2000));
  }
  function write(who, text) {
    const line = document.createElement("li"), name = document.createElement("strong");
    name.textContent = `${who}: `;
    line.append(name, text);
    at("chat").append(line);
    line.scrollIntoView({ block: "nearest" });
  }
  function label(name, text, pressed) { at(name).querySelector(".kern-label").textContent = text; at(name).setAttribute("aria-pressed", String(pressed)); }
  function buttons() {
    at("mute").hidden = !devices.track("audio");
    label("mute", muted ? words.unmute : words.mute, muted);
    label("camera", devices.track("video") ? words.camera_off : words.camera_on, !devices.track("video"));
    at("share").hidden = !navigator.mediaDevices || !navigator.mediaDevices.getDisplayMedia;
    label("share", peer && peer.screen ? words.unshare : words.share, Boolean(peer && peer.screen));
    say(muted ? words.muted : "", "muted");
  }
  async function camera() {
    if (devices.track("video")) {
      if (peer) await peer.replace("video", null);
      devices.drop("video");
    } else {
      try { const track = await devices.choose("video", devices.chosen.video || ""); if (peer) await peer.replace("video", track, devices.stream); } catch (problem) { say(words.no_camera, "muted"); return; }
    }
    at("self").srcObject = devices.stream;
    at("self-frame").hidden = !devices.track("video");
    if (peer) peer.write({ camera: Boolean(devices.track("video")) });
    buttons();
  }
  async function share() {
    if (!peer) return;
    if (peer.screen) { peer.unshare(); buttons(); return; }
    try {
      const screen = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 10 } }, audio: false });
      screen.getVideoTracks()[0].onended = () => { if (peer) peer.unshare(); buttons(); };
      peer.share(screen);
    } catch (problem) { say(words.no_share, "muted"); return; }
    buttons();
  }

  const acts = {
    "start-test": look,
    tone: async () => { await devices.tone(at("speakers").value); say(words.played, "tone-word"); },
    enter,
    "let-in": async () => { at("let-in").disabled = true; await wire.post("einlassen/", {}); wire.poke(); },
    mute: () => { muted = !muted; devices.muted = muted; if (devices.track("audio")) devices.track("audio").enabled = !muted; buttons(); },
    camera, share, retry,
  };
  for (const [name, act] of Object.entries(acts)) if (at(name)) at(name).addEventListener("click", () => act());
  at("cameras").addEventListener("change", (event) => choose("video", event.target));
  at("microphones").addEventListener("change", (event) => choose("audio", event.target));
  at("speakers").addEventListener("change", (event) => { for (const one of [at("remote"), at("screen")]) if (one.setSinkId) one.setSinkId(event.target.value).catch(() => {}); });
  at("chat-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = at("chat-text");
    if (!field.value.trim() || !peer) return;
    peer.write({ text: field.value.slice(0, 2000) });
    write(words.me, field.value.slice(0, 2000));
    field.value = "";
  });
  for (const form of page.querySelectorAll("form[data-bye]")) form.addEventListener("submit", () => {
    try { window.sessionStorage.removeItem(kept); } catch (problem) { /* nothing was kept */ }
    if (peer) peer.write({ over: true });
    wire.stop();
  });
  window.addEventListener("pagehide", () => { if (peer) peer.close(); });  // so that the other side knows at once
  window.addEventListener("online", () => wire.poke());

  (async () => {
    show("devices");
    admission = await wire.comeIn();
    let before = false;
    try { before = window.sessionStorage.getItem(kept) === "1"; } catch (problem) { before = false; }
    if (admission && before && await look()) enter();
  })();
})();
