"""Where a photo says it was taken: the only thing we read of its metadata, to suggest a place on the map."""

import math
from collections.abc import Mapping
from typing import Any

from PIL import Image

GPS = 0x8825
LATITUDE_REF, LATITUDE, LONGITUDE_REF, LONGITUDE = 1, 2, 3, 4


def place_of(picture: Image.Image) -> tuple[float, float] | None:
    """(latitude, longitude) in degrees, or None. Never raises: metadata of strangers is often nonsense."""
    try:
        told = picture.getexif().get_ifd(GPS)
        latitude = _degrees(told, LATITUDE, LATITUDE_REF, "S")
        longitude = _degrees(told, LONGITUDE, LONGITUDE_REF, "W")
    except Exception:  # Pillow's readers raise nearly everything here
        return None
    if latitude is None or longitude is None or not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    return None if latitude == longitude == 0 else (latitude, longitude)  # 0, 0: the camera had no fix


def _degrees(told: Mapping[int, Any], key: int, ref: int, minus: str) -> float | None:
    parts = [float(part) for part in told[key]] if key in told else []
    if not 1 <= len(parts) <= 3 or not all(math.isfinite(part) and part >= 0 for part in parts):
        return None
    degrees = sum(part / (1.0, 60.0, 3600.0)[power] for power, part in enumerate(parts))
    mark = told.get(ref, "")
    letter = mark.decode("latin-1") if isinstance(mark, bytes) else str(mark)
    return -degrees if letter.strip("\0 ").upper() == minus else degrees
