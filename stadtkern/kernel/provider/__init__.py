"""Stadtkern as OpenID provider: apps of others sign people in with the city account, with consent per attribute."""
