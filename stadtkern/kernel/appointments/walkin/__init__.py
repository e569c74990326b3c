"""Coming without an appointment: the ticket, the waiting room, the call."""
