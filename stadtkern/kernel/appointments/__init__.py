"""Appointments: places, counters, opening hours, free times, and who has which time."""
