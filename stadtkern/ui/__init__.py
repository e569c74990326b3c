"""Floor 2: KERN components as template tags, base templates, static files."""
