"""Events: the diary, append-only, and who reacts to it."""
