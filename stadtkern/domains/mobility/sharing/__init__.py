"""Shared vehicles, garages and charging points near somebody."""
