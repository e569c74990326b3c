"""Floor 1: plain Python, no Django."""
