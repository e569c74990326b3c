"""Documents: render, seal, verify by QR, keep, shred."""
