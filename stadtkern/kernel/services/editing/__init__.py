"""Editing in the browser: texts, fees, forms and rules, written as the city's overlay files, with preview, history and undo."""
