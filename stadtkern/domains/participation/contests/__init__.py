"""Rules of idea contests that write nothing: settings as rules, names veiled, figures in sentences."""
