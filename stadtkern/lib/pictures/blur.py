"""Faces and number plates made unknowable: the points themselves are replaced, so nothing can be brought back."""

import io
import math
from collections.abc import Iterable

from PIL import Image

from .clean import HOW, PLAIN_MODES, Picture, clean
from .kinds import TAKEN

Box = tuple[float, float, float, float]  # left, top, right, bottom as shares of the whole, 0 to 1
COARSE = 6  # squares across the longer side of a box: too few for a face or a plate
MOST_BOXES = 40


def blur(data: bytes, boxes: Iterable[Box]) -> Picture:
    """The picture with these boxes in coarse squares. Raises NotAPicture."""
    picture = clean(data)
    kind = TAKEN[picture.media_type]
    with Image.open(io.BytesIO(picture.bytes), formats=[kind]) as opened:
        canvas = opened.convert(opened.mode if opened.mode in PLAIN_MODES[kind] else "RGB")
    for box in list(boxes)[:MOST_BOXES]:
        _coarsen(canvas, box)
    out = io.BytesIO()
    canvas.save(out, kind, **HOW[kind])
    return Picture(out.getvalue(), canvas.width, canvas.height, picture.point, picture.media_type)


def read_boxes(text: str) -> list[Box]:
    """`"0.1,0.2,0.3,0.4;…"` as the page sends it; what cannot be read is left out."""
    found: list[Box] = []
    for part in text.split(";")[:MOST_BOXES]:
        try:
            numbers = [float(number) for number in part.split(",")]
            left, top, right, bottom = (min(1.0, max(0.0, number)) for number in numbers if math.isfinite(number))
        except ValueError:  # no number, or not four of them
            continue
        if left < right and top < bottom:
            found.append((left, top, right, bottom))
    return found


def _coarsen(canvas: Image.Image, box: Box) -> None:
    left, top = int(box[0] * canvas.width), int(box[1] * canvas.height)
    right, bottom = min(canvas.width, int(box[2] * canvas.width) + 1), min(canvas.height, int(box[3] * canvas.height) + 1)
    if right <= left or bottom <= top:
        return
    part = canvas.crop((left, top, right, bottom))
    square = max(1, max(part.size) // COARSE)
    few = part.resize((max(1, part.width // square), max(1, part.height // square)), Image.Resampling.BOX)
    canvas.paste(few.resize(part.size, Image.Resampling.NEAREST), (left, top))
