"""Pictures of people: painted anew, without place, camera or hidden files, and made unknowable where somebody asks."""

from .blur import Box, blur, read_boxes
from .clean import MOST_PIXELS, NotAPicture, Picture, clean
from .embedded import bare, tells_place
from .kinds import kind_of
from .leftovers import leftovers

__all__ = [
    "MOST_PIXELS",
    "Box",
    "NotAPicture",
    "Picture",
    "bare",
    "blur",
    "clean",
    "kind_of",
    "leftovers",
    "read_boxes",
    "tells_place",
]
