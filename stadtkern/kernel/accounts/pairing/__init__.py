"""Scan to sign in and to go on: the pages of both screens (docs/scan.md)."""
