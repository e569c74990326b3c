"""Tables of mobility; each part has a file of its own."""

from .plates import LIVE, Plate, PlateQuerySet

__all__ = ["LIVE", "Plate", "PlateQuerySet"]
