"""Shared vehicles and garages as the planner wants them, from the sources of this city."""

from collections.abc import Sequence
from typing import Any

from stadtkern.lib.journeys.world import Parking


def systems() -> tuple[Sequence[Any], int]:
    """Systems of shared vehicles, and a number that changes when they do."""
    return (), 0


def garages() -> Sequence[Parking]:
    """Garages and lots for park and ride."""
    return ()
