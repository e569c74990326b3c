"""Metrics: the figures departments answer for, measured once a day, with the targets the city has set."""
