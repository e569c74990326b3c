// The line to the city: short questions, soon while something happens, seldom later. Whatever was not confirmed is sent again.
(() => {
  "use strict";
  const video = (window.Video = window.Video || {});

  video.Wire = class {
    constructor(base, token, events) {
      this.base = base; this.token = token; this.events = events;
      this.outbox = []; this.state = { ready: false, connected: false, relayed: null };
      this.run = 0; this.wake = null; this.poked = false;
    }

    async post(door, body) {
      const answer = await fetch(this.base + door, {
        method: "POST", credentials: "same-origin", cache: "no-store",
        headers: { "Content-Type": "application/json", "X-CSRFToken": this.token }, body: JSON.stringify(body),
      });
      let data = {};
      try { data = await answer.json(); } catch (problem) { data = {}; }
      return { status: answer.status, data };
    }

    // Come in, also once more: everything before is void.
    async comeIn() {
      const run = ++this.run;
      for (let pause = 500; run === this.run; pause = Math.min(pause * 2, 8000)) {
        try {
          const { status, data } = await this.post("betreten/", {});
          if (status === 200) {
            this.epoch = data.epoch; this.after = 0; this.seq = 0; this.outbox = [];
            this.state.connected = false; this.state.relayed = null;
            this.loop(run);
            return data;
          }
          if (status < 500 && status !== 429) { this.events.refused(data.why || "lost", data.text || ""); return null; }
        } catch (problem) { this.events.offline(true); }
        await new Promise((done) => window.setTimeout(done, pause));
      }
      return null;
    }

    say(to, body) {
      this.outbox.push({ seq: ++this.seq, to, body });
      this.poke();
    }

    poke() {
      this.poked = true;
      if (this.wake) this.wake();
    }

    stop() { this.run += 1; this.poke(); }

    async loop(run) {
      let failures = 0;
      while (run === this.run) {
        const lines = this.outbox.slice(0, 50);
        let pause = 1000;
        this.poked = false;
        try {
          const { status, data } = await this.post("austausch/", { epoch: this.epoch, after: this.after, ...this.state, lines });
          if (run !== this.run) return;
          if (status === 200) {
            failures = 0; this.events.offline(false);
            this.outbox.splice(0, lines.length);
            if (lines.length) this.events.sent();
            for (const line of data.lines) this.after = Math.max(this.after, line.id);
            pause = data.next;
            this.events.heard(data);
          } else if (status === 409 && data.why === "waiting") this.outbox = [];
          else if (status === 429) pause = 5000;
          else if (status < 500) { this.stop(); this.events.refused(data.why || "lost", data.text || ""); return; }
          else throw new Error(String(status));
        } catch (problem) {
          failures += 1; pause = Math.min(500 * 2 ** failures, 8000);
          if (failures > 1) this.events.offline(true);
          this.poked = false;
        }
        if (this.poked) pause = 60;
        await new Promise((done) => {
          const timer = window.setTimeout(done, pause);
          this.wake = () => { if (pause > 60) { window.clearTimeout(timer); window.setTimeout(done, 60); } };
        });
        this.wake = null;
      }
    }
  };
})();
