"""Registers: once-only questions to the city's registers."""
