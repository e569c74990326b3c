// Reads a proof from a QR code with the browser's own detector. Without one, or without a camera, the button stays hidden.
(() => {
  "use strict";
  const box = document.querySelector("[data-scan]");
  const field = document.getElementById("proof");
  if (!box || !field || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  const [button, video, said] = ["button", "video", "[role=status]"].map((what) => box.querySelector(what));
  const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
  let stream = null;
  const stop = () => { if (stream) stream.getTracks().forEach((track) => track.stop()); stream = null; video.hidden = true; };
  const look = async () => {
    if (!stream) return;
    const found = await detector.detect(video).catch(() => []);
    if (found.length) { field.value = found[0].rawValue; stop(); said.textContent = box.dataset.found; field.focus(); return; }
    window.setTimeout(look, 200);
  };
  box.hidden = false;
  button.addEventListener("click", async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.srcObject = stream; video.hidden = false; await video.play(); look();
    } catch (problem) { said.textContent = box.dataset.refused; }
  });
  window.addEventListener("pagehide", stop);
})();
