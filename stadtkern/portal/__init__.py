"""Floor 4: start page, search, "my city", staff desk."""
