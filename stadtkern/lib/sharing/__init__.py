"""Shared bikes, scooters and cars as their feeds (GBFS 1.1, 2.x, 3.0) tell about them."""

from .reader import read_gbfs
from .system import Finding, Plan, Rule, Station, Step, System, Vehicle, VehicleType, Zone

__all__ = ["Finding", "Plan", "Rule", "Station", "Step", "System", "Vehicle", "VehicleType", "Zone", "read_gbfs"]
