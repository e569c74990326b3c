"""Cases: the file (Akte), from application to decision; the one state machine."""
