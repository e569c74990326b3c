"""Privacy: purposes, consent, who looked at what, retention."""
