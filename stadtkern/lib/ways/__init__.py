"""Streets for feet, wheelchairs, bikes, scooters and cars: read once, searched in a millisecond."""

from .footpaths import footpaths
from .graph import PROFILES, Place, Places, Ways
from .lines import from_lines
from .osm import WaysRefused, read_osm

__all__ = ["PROFILES", "Place", "Places", "Ways", "WaysRefused", "footpaths", "from_lines", "read_osm"]
