"""The registers of the city, as far as services ask for them."""

from .civil import CivilPerson, CivilRecord
from .entries import Dog, Trade, Vehicle
from .permits import ParkingPermit
from .proofs import Proof
from .residents import Household, Parentage, Resident

__all__ = [
    "CivilPerson",
    "CivilRecord",
    "Dog",
    "Household",
    "Parentage",
    "ParkingPermit",
    "Proof",
    "Resident",
    "Trade",
    "Vehicle",
]
