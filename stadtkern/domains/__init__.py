"""Floor 4: the departments; they do not know each other."""
