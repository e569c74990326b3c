"""What a picture file holds besides its picture: read from its own structure, without the library that wrote it."""

from collections.abc import Iterator

_JPEG_BARE = {0x01, *range(0xD0, 0xD8)}  # marks without a length
_PNG_PICTURE = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_WEBP_PICTURE = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}


def leftovers(data: bytes) -> list[str]:
    """Names of the parts that are no picture: ["APP1", "COM", "trailing bytes"]; [] for a clean one, and for what is none."""
    if data.startswith(b"\xff\xd8"):
        return list(_jpeg(data))
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return list(_png(data))
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return list(_webp(data))
    return []


def _jpeg(data: bytes) -> Iterator[str]:
    at = 2
    while at + 2 <= len(data):
        if data[at] != 0xFF:
            yield "stray bytes"
            return
        mark = data[at + 1]
        if mark == 0xFF or mark in _JPEG_BARE:
            at += 1 if mark == 0xFF else 2
            continue
        if mark == 0xD9:
            if at + 2 < len(data):
                yield "trailing bytes"
            return
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : at + 2 + length]
        if mark == 0xFE:
            yield "COM"
        elif mark == 0xE0 and (not body.startswith(b"JFIF\0") or length != 16):  # longer: a thumbnail
            yield "APP0"
        elif 0xE1 <= mark <= 0xEF and not (
            mark == 0xEE and body.startswith(b"Adobe") and length == 14
        ):  # how colours are coded
            yield f"APP{mark - 0xE0}"
        at += 2 + length
        if mark == 0xDA:
            at = _after_scan(data, at)
    yield "cut off"


def _after_scan(data: bytes, at: int) -> int:
    """The next mark that ends a scan: not a stuffed zero, not a restart."""
    while (at := data.find(b"\xff", at)) >= 0:
        follows = data[at + 1 : at + 2]
        if follows and follows != b"\0" and not 0xD0 <= follows[0] <= 0xD7:
            return at
        at += 2
    return len(data)


def _png(data: bytes) -> Iterator[str]:
    at = 8
    while at + 12 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if kind not in _PNG_PICTURE:
            yield kind.decode("latin-1")
        at += 12 + length
        if kind == b"IEND":
            if at < len(data):
                yield "trailing bytes"
            return
    yield "cut off"


def _webp(data: bytes) -> Iterator[str]:
    end = 8 + int.from_bytes(data[4:8], "little")
    if end < len(data):
        yield "trailing bytes"
    elif end > len(data):
        yield "cut off"
    at = 12
    while at + 8 <= min(end, len(data)):
        kind, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if kind not in _WEBP_PICTURE:
            yield kind.decode("latin-1")
        at += 8 + length + length % 2
