"""Stadtkern: one account, one catalogue, one inbox for a city."""

__version__ = "0.1.0"
