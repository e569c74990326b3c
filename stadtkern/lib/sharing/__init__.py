"""Shared bikes, scooters and cars as their feeds (GBFS 1.1, 2.x, 3.0) tell about them."""

from .system import Finding, Plan, Rule, Station, Step, System, Vehicle, VehicleType, Zone

__all__ = ["Finding", "Plan", "Rule", "Station", "Step", "System", "Vehicle", "VehicleType", "Zone"]
