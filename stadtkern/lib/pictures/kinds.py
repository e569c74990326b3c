"""What a file is, by its first bytes."""

import re

TAKEN = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"heif", b"mif1", b"msf1", b"hevc", b"hevx")
_SVG = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg", re.S)


def kind_of(data: bytes) -> str:
    """Media type of a picture by content, "" when it is none that we know."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp":
        return "image/heic" if data[8:12] in _HEIC else "image/avif" if data[8:12] in (b"avif", b"avis") else ""
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data.startswith((b"II*\0", b"MM\0*")):
        return "image/tiff"
    if data.startswith(b"BM"):
        return "image/bmp"
    return "image/svg+xml" if _SVG.match(data.removeprefix(b"\xef\xbb\xbf")[:2000]) else ""
