// Camera, microphone and loudspeaker, and how one sees and hears that they work.
(() => {
  "use strict";
  const video = (window.Video = window.Video || {});
  const PICTURE = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 20, max: 24 } };

  video.Devices = class {
    constructor() { this.stream = new MediaStream(); this.chosen = {}; this.muted = false; }

    get works() { return Boolean(navigator.mediaDevices && window.RTCPeerConnection); }
    track(kind) { return this.stream.getTracks().find((one) => one.kind === kind) || null; }

    wish(kind) {
      const exact = this.chosen[kind] ? { deviceId: { exact: this.chosen[kind] } } : {};
      return kind === "video" ? { ...PICTURE, ...exact } : { echoCancellation: true, noiseSuppression: true, ...exact };
    }

    // Both if possible, else what there is; one question of the browser instead of two where both are there.
    async open() {
      const wishes = [["audio", "video"], ["audio"], ["video"]];
      for (const kinds of wishes) {
        try {
          const got = await navigator.mediaDevices.getUserMedia(Object.fromEntries(kinds.map((kind) => [kind, this.wish(kind)])));
          got.getTracks().forEach((track) => this.put(track));
          return;
        } catch (problem) { /* the next, smaller wish */ }
      }
    }

    put(track) {
      const old = this.track(track.kind);
      if (old) { old.stop(); this.stream.removeTrack(old); }
      if (track.kind === "audio") track.enabled = !this.muted;
      this.stream.addTrack(track);
    }

    async choose(kind, id) {
      this.chosen[kind] = id;
      const got = await navigator.mediaDevices.getUserMedia({ [kind]: this.wish(kind) });
      const track = got.getTracks()[0];
      this.put(track);
      return track;
    }

    drop(kind) {
      const track = this.track(kind);
      if (track) { track.stop(); this.stream.removeTrack(track); }
    }

    async list() {
      const all = await navigator.mediaDevices.enumerateDevices();
      return { audio: all.filter((one) => one.kind === "audioinput"), video: all.filter((one) => one.kind === "videoinput"), out: all.filter((one) => one.kind === "audiooutput") };
    }

    // How loud it is, 0 to 1, ten times a second, until `done()`.
    listen(told) {
      if (!this.track("audio")) return () => {};
      const sound = new AudioContext();
      const meter = sound.createAnalyser();
      sound.createMediaStreamSource(new MediaStream([this.track("audio")])).connect(meter);
      const wave = new Float32Array(meter.fftSize);
      const timer = window.setInterval(() => {
        meter.getFloatTimeDomainData(wave);
        told(Math.min(1, 4 * Math.sqrt(wave.reduce((sum, one) => sum + one * one, 0) / wave.length)));
      }, 100);
      return () => { window.clearInterval(timer); sound.close(); };
    }

    // Two short notes.
    async tone(speaker) {
      const sound = new AudioContext();
      if (speaker && sound.setSinkId) await sound.setSinkId(speaker).catch(() => {});
      const loud = sound.createGain();
      loud.gain.value = 0.15;
      loud.connect(sound.destination);
      [523, 659].forEach((pitch, place) => {
        const note = sound.createOscillator();
        note.frequency.value = pitch;
        note.connect(loud);
        note.start(sound.currentTime + 0.4 * place);
        note.stop(sound.currentTime + 0.4 * place + 0.35);
      });
      window.setTimeout(() => sound.close(), 1500);
    }
  };
})();
