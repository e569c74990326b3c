"""Parking for residents: zones, permits, control."""

SERVICE = "bewohnerparkausweis"
