// Speaking a wish. Sound goes nowhere but to the city's own server: the browser's recognition is used only where it works on
// the device itself, otherwise we record, write a WAV file here and send it with the form. Without JavaScript one types.
(() => {
  const box = document.getElementById("sprechen");
  if (!box) return;
  const field = document.getElementById("say");
  const talk = box.querySelector("[data-talk]");
  const aloud = box.querySelector("[data-aloud]");
  const told = box.querySelector("[data-told]");
  const upload = document.getElementById("audio");
  const RATE = 16000;
  const LONGEST = 20000; // milliseconds
  const say = (key) => { told.textContent = box.dataset[key] || ""; };

  // Reading aloud: only with a voice of the device. Others would send the text away.
  const voice = () => window.speechSynthesis?.getVoices().find((one) => one.localService && one.lang.startsWith("de"));
  const offerAloud = () => { if (aloud && voice() && box.dataset.text) aloud.hidden = false; };
  if (window.speechSynthesis) {
    offerAloud();
    speechSynthesis.addEventListener?.("voiceschanged", offerAloud);
    aloud?.addEventListener("click", () => {
      const spoken = new SpeechSynthesisUtterance(box.dataset.text);
      spoken.voice = voice();
      spoken.lang = "de-DE";
      speechSynthesis.cancel();
      speechSynthesis.speak(spoken);
    });
  }

  const send = (text) => {
    field.value = text;
    field.form.requestSubmit();
  };

  async function onDevice() {
    const Recognition = window.SpeechRecognition || window.webkitSpeechRecognition;
    if (!box.dataset.browser || !Recognition?.available) return null;
    try {
      const state = await Recognition.available({ langs: ["de-DE"], processLocally: true });
      return state === "available" ? Recognition : null;
    } catch { return null; }
  }

  function listen(Recognition) {
    const ear = new Recognition();
    ear.lang = "de-DE";
    ear.processLocally = true;
    ear.onstart = () => say("listening");
    ear.onerror = () => say("failed");
    ear.onresult = (event) => send(event.results[0][0].transcript);
    if (ear.processLocally !== true) { say("failed"); return; }
    ear.start();
  }

  // 16 bits, one channel, 16 kHz.
  function wav(samples) {
    const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
    const text = (at, word) => [...word].forEach((letter, place) => view.setUint8(at + place, letter.charCodeAt(0)));
    text(0, "RIFF"); view.setUint32(4, 36 + samples.length * 2, true); text(8, "WAVEfmt ");
    view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
    view.setUint32(24, RATE, true); view.setUint32(28, RATE * 2, true); view.setUint16(32, 2, true); view.setUint16(34, 16, true);
    text(36, "data"); view.setUint32(40, samples.length * 2, true);
    samples.forEach((value, place) => view.setInt16(44 + place * 2, Math.max(-1, Math.min(1, value)) * 32767, true));
    return new Blob([view], { type: "audio/wav" });
  }

  async function toWav(recorded) {
    const context = new OfflineAudioContext(1, RATE, RATE);
    const heard = await context.decodeAudioData(await recorded.arrayBuffer());
    const target = new OfflineAudioContext(1, Math.max(1, Math.ceil(heard.duration * RATE)), RATE);
    const source = target.createBufferSource();
    source.buffer = heard;
    source.connect(target.destination);
    source.start();
    return wav((await target.startRendering()).getChannelData(0));
  }

  let recorder = null;
  async function record() {
    if (recorder) { recorder.stop(); return; }
    let stream;
    try { stream = await navigator.mediaDevices.getUserMedia({ audio: true }); } catch { say("denied"); return; }
    const pieces = [];
    recorder = new MediaRecorder(stream);
    recorder.ondataavailable = (event) => pieces.push(event.data);
    recorder.onstop = async () => {
      stream.getTracks().forEach((track) => track.stop());
      recorder = null;
      talk.setAttribute("aria-pressed", "false");
      say("thinking");
      try {
        const files = new DataTransfer();
        files.items.add(new File([await toWav(new Blob(pieces))], "wunsch.wav", { type: "audio/wav" }));
        upload.files = files.files;
        upload.form.requestSubmit();
      } catch { say("failed"); }
    };
    recorder.start();
    talk.setAttribute("aria-pressed", "true");
    say("recording");
    setTimeout(() => recorder?.state === "recording" && recorder.stop(), LONGEST);
  }

  onDevice().then((Recognition) => {
    const canRecord = box.dataset.server && upload && navigator.mediaDevices?.getUserMedia && window.MediaRecorder;
    if (!Recognition && !canRecord) return;
    box.hidden = false;
    talk.hidden = false;
    say(Recognition ? "device" : "own");
    talk.addEventListener("click", () => (Recognition ? listen(Recognition) : record()));
  });
  if (aloud && !aloud.hidden) box.hidden = false;
  speechSynthesis?.addEventListener?.("voiceschanged", () => { if (aloud && !aloud.hidden) box.hidden = false; });
})();
