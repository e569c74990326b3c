"""Aztec codes (ISO/IEC 24778): drawn as SVG or PNG, and read from pictures."""

import io
from typing import Any

import zxingcpp
from PIL import Image

QUIET = 2  # modules of white around; Aztec needs none, cameras like some
MOST_PIXELS = 40_000_000
ONLY: Any = zxingcpp.BarcodeFormat.Aztec  # the package's own types want a list, it takes one as well


class NoPicture(ValueError):
    """The bytes are no picture that can be opened."""


def svg(data: bytes, title: str) -> str:
    """One path, black on white, scaled by the page; `title` is what a screen reader says."""
    rows = _modules(data)
    size = len(rows) + 2 * QUIET
    path = "".join(f"M{x + QUIET} {y + QUIET}h{length}v1h-{length}z" for y, row in enumerate(rows) for x, length in _runs(row))
    words = title.replace("&", "&amp;").replace("<", "&lt;")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" shape-rendering="crispEdges">'
        f'<title>{words}</title><path fill="#fff" d="M0 0h{size}v{size}H0z"/><path d="{path}"/></svg>'
    )


def png(data: bytes, scale: int = 6) -> bytes:
    """The same as a picture."""
    rows = _modules(data)
    size = len(rows) + 2 * QUIET
    picture = Image.new("1", (size, size), 1)
    for y, row in enumerate(rows):
        for x, black in enumerate(row):
            if black:
                picture.putpixel((x + QUIET, y + QUIET), 0)
    out = io.BytesIO()
    picture.resize((size * scale, size * scale), Image.Resampling.NEAREST).save(out, "PNG")
    return out.getvalue()


def read(picture: bytes) -> list[bytes]:
    """What Aztec codes in a picture (JPEG, PNG, WebP) say. NoPicture where it is none."""
    try:
        with Image.open(io.BytesIO(picture), formats=("JPEG", "PNG", "WEBP")) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise NoPicture
            image = opened.convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        raise NoPicture from problem
    return read_image(image)


def read_image(image: Image.Image) -> list[bytes]:
    """The same for a picture that is open."""
    found: Any = zxingcpp.read_barcodes(image, formats=ONLY)
    return [bytes(code.bytes) for code in found if code.valid]


def _modules(data: bytes) -> list[list[bool]]:
    """Rows of modules, True is black."""
    code: Any = zxingcpp.create_barcode(data, zxingcpp.BarcodeFormat.Aztec)
    plane: Any = memoryview(code.to_image(add_quiet_zones=False))
    return [[pixel == 0 for pixel in row] for row in plane.tolist()]


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for x, black in enumerate(row):
        if black and found and sum(found[-1]) == x:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        elif black:
            found.append((x, 1))
    return found
