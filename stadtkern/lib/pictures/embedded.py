"""A JPEG inside another file loses what is no picture, and not one pixel changes: place, camera, remarks, what hangs behind.

For pictures in PDFs, which cannot be painted anew without changing pages. What decides about colours stays: JFIF, the colour
profile, Adobe's marker.
"""

import io

from PIL import Image

from .place import place_of

_BARE = {0x01, *range(0xD0, 0xD8)}  # marks without a body
_GONE = {0xE1, *range(0xE3, 0xEE), 0xEF, 0xFE}  # EXIF, XMP, IPTC, makers' own, remarks
_FURTHER = 0xE2  # a colour profile, or further pictures with data of their own


def bare(data: bytes) -> bytes:
    """The same picture without metadata. ValueError for what is no JPEG or ends in the middle of a part."""
    if not data.startswith(b"\xff\xd8"):
        raise ValueError("no JPEG")
    kept, at = bytearray(b"\xff\xd8"), 2
    while True:
        if at + 2 > len(data):
            raise ValueError("ends early")
        if data[at] != 0xFF:
            raise ValueError("stray bytes")
        mark = data[at + 1]
        if mark == 0xFF:  # filling
            at += 1
            continue
        if mark == 0xD9:
            return bytes(kept + b"\xff\xd9")
        if mark in _BARE:
            kept += data[at : at + 2]
            at += 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        end = at + 2 + length
        if length < 2 or end > len(data):
            raise ValueError("ends early")
        if not _tells(mark, data[at + 4 : end]):
            kept += data[at:end]
        at = end
        if mark == 0xDA:
            end = _scan_end(data, at)
            kept += data[at:end]
            at = end


def tells_place(data: bytes) -> bool:
    """Whether a JPEG says where it was taken."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return place_of(picture) is not None
    except Exception:  # Pillow's readers raise nearly everything here; what cannot be read says nothing
        return False


def _tells(mark: int, body: bytes) -> bool:
    """Whether this part is something besides the picture. JFIF with a small copy of the picture counts."""
    if mark == 0xE0:
        return not (body.startswith(b"JFIF\0") and len(body) == 14)
    return mark in _GONE or (mark == _FURTHER and not body.startswith(b"ICC_PROFILE\0"))


def _scan_end(data: bytes, at: int) -> int:
    """Where the next mark begins that does not belong to the compressed bytes."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise ValueError("ends early")
        if data[at + 1] not in (0x00, *range(0xD0, 0xD8)):
            return at
        at += 2
