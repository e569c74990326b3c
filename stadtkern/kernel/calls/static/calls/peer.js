// The connection between the two browsers (WebRTC, perfect negotiation). Nothing is recorded, here or anywhere.
(() => {
  "use strict";
  const video = (window.Video = window.Video || {});

  video.Peer = class {
    constructor({ polite, ice, relayOnly, local, say, events }) {
      this.polite = polite; this.say = say; this.events = events; this.streams = new Map();
      this.making = false; this.ignoring = false; this.screen = null; this.theirScreen = ""; this.queue = Promise.resolve();
      const pc = (this.pc = new RTCPeerConnection({ iceServers: ice, iceTransportPolicy: relayOnly ? "relay" : "all" }));
      pc.onnegotiationneeded = () => this.offer();
      pc.onicecandidate = ({ candidate }) => { if (candidate) this.say({ candidate: this.plain(candidate.toJSON()) }); };
      pc.ontrack = ({ streams }) => { for (const stream of streams) this.streams.set(stream.id, stream); this.show(); };
      pc.onconnectionstatechange = () => this.changed();
      this.notes = pc.createDataChannel("notes", { negotiated: true, id: 0 });
      this.notes.onmessage = ({ data }) => this.read(data);
      this.notes.onopen = () => this.events.open();
      this.notes.onclose = () => { if (this.pc.signalingState !== "closed") this.events.state("disconnected", null); };
      for (const kind of ["audio", "video"]) {
        const track = local.getTracks().find((one) => one.kind === kind);
        if (track) this[kind] = pc.addTrack(track, local);
        else if (!polite) pc.addTransceiver(kind, { direction: "recvonly" });
      }
    }

    plain({ candidate, sdpMid, sdpMLineIndex, usernameFragment }) { return { candidate, sdpMid, sdpMLineIndex, usernameFragment }; }

    // The clerk's side speaks first; afterwards either side may.
    async offer() {
      if (this.polite && !this.pc.remoteDescription) return;
      try {
        this.making = true;
        await this.pc.setLocalDescription();
        this.describe();
      } catch (problem) { if (this.pc.signalingState !== "closed") throw problem; } finally { this.making = false; }
    }

    describe() {
      const { type, sdp } = this.pc.localDescription;
      this.say({ description: { type, sdp }, screen: this.screen ? this.screen.id : "" });
    }

    hear(body) { this.queue = this.queue.then(() => this.take(body)).catch(() => this.events.odd()); }

    async take({ description, candidate, screen }) {
      const pc = this.pc;
      if (pc.signalingState === "closed") return;
      if (candidate) {
        try { await pc.addIceCandidate(candidate); } catch (problem) { if (!this.ignoring) throw problem; }
        return;
      }
      const collision = description.type === "offer" && (this.making || pc.signalingState !== "stable");
      this.ignoring = !this.polite && collision;
      if (this.ignoring) return;
      this.theirScreen = screen;
      await pc.setRemoteDescription(description);
      if (description.type === "offer") { await pc.setLocalDescription(); this.describe(); }
      this.show();
    }

    show() {
      let main = null;
      for (const stream of this.streams.values()) if (stream.id !== this.theirScreen && stream.active) main = stream;
      const shown = this.streams.get(this.theirScreen);
      this.events.streams(main, shown && shown.active ? shown : null);
    }

    async changed() {
      const state = this.pc.connectionState;
      if (state === "failed") this.pc.restartIce();
      this.events.state(state, state === "connected" ? await this.relayed() : null);
    }

    // Which way the call goes, as the browser itself counts it.
    async relayed() {
      const stats = await this.pc.getStats();
      let pair = null;
      stats.forEach((one) => { if (one.type === "transport" && one.selectedCandidatePairId) pair = stats.get(one.selectedCandidatePairId); });
      if (!pair) stats.forEach((one) => { if (one.type === "candidate-pair" && one.nominated && one.state === "succeeded") pair = one; });
      if (!pair) return null;
      return [pair.localCandidateId, pair.remoteCandidateId].some((id) => (stats.get(id) || {}).candidateType === "relay");
    }

    // Six digits both sides see: made from the keys both browsers use. Who sits between them cannot make them equal.
    async digits() {
      const prints = [this.pc.localDescription, this.pc.remoteDescription].map((one) => (/a=fingerprint:\S+ (\S+)/.exec(one ? one.sdp : "") || [])[1]);
      if (prints.some((one) => !one) || !window.crypto.subtle) return "";
      const sum = new Uint8Array(await window.crypto.subtle.digest("SHA-256", new TextEncoder().encode(prints.map((one) => one.toUpperCase()).sort().join("|"))));
      const number = String(((sum[0] << 16) | (sum[1] << 8) | sum[2]) % 1000000).padStart(6, "0");
      return `${number.slice(0, 3)} ${number.slice(3)}`;
    }

    // Short words beside the picture: typed lines, camera on or off. They pass through no server.
    write(note) { if (this.notes.readyState === "open") this.notes.send(JSON.stringify(note)); }

    read(text) {
      let note = null;
      try { note = JSON.parse(text); } catch (problem) { return; }
      if (note && typeof note === "object" && String(text).length < 10000) this.events.note(note);
    }

    async replace(kind, track, stream) {
      if (this[kind]) await this[kind].replaceTrack(track);
      else if (track) this[kind] = this.pc.addTrack(track, stream);
    }

    share(stream) {
      this.screen = stream;
      this.shared = this.pc.addTrack(stream.getVideoTracks()[0], stream);
    }

    unshare() {
      if (!this.screen) return;
      this.screen.getTracks().forEach((track) => track.stop());
      this.screen = null;
      this.pc.removeTrack(this.shared);
    }

    close() { this.pc.onconnectionstatechange = null; this.pc.close(); }
  };
})();
