"""A picture painted anew: what is not picture (place, camera, hidden files, code) does not come along."""

import io
import threading
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageCms, ImageOps

from .kinds import TAKEN, kind_of
from .leftovers import leftovers
from .place import place_of

MOST_PIXELS = 50_000_000  # what good phones take; about 500 MB of memory while we work on it …
ONE_AT_A_TIME = threading.Lock()  # … so never two in one process
Image.MAX_IMAGE_PIXELS = None  # Pillow only warns at first; we look ourselves

PLAIN_MODES = {"JPEG": ("RGB", "L"), "PNG": ("RGB", "RGBA", "L", "LA"), "WEBP": ("RGB", "RGBA")}
HOW: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 90, "optimize": True},
    "PNG": {"optimize": False},
    "WEBP": {"quality": 90},
}
SENTENCES = {
    "empty": "Die Datei ist leer. Wählen Sie das Bild noch einmal aus.",
    "heic": "Fotos im Format HEIC können wir nicht lesen. Speichern Sie das Foto als JPEG (beim iPhone: Einstellungen, "
    "Kamera, Formate, Maximale Kompatibilität), oder nehmen Sie es hier mit der Kamera auf.",
    "svg": "Gezeichnete Bilder im Format SVG nehmen wir nicht an, weil sie Programme enthalten können. Speichern Sie das Bild "
    "als PNG oder JPEG.",
    "foreign": "Das ist kein Bild, das wir lesen können. Nehmen Sie ein Foto als JPEG, PNG oder WebP.",
    "large": "Das Bild hat zu viele Bildpunkte. Speichern Sie es kleiner, höchstens {megapixels} Megapixel.",
    "broken": "Das Bild ist beschädigt. Öffnen Sie es auf Ihrem Gerät und speichern Sie es noch einmal.",
}


class NotAPicture(ValueError):
    """The file is not taken; the message is for the citizen and says what to do instead. `key` is one of SENTENCES."""

    def __init__(self, key: str, **words: object) -> None:
        self.key = key
        super().__init__(SENTENCES[key].format(**words))


@dataclass(frozen=True)
class Picture:
    """Our clean copy. `point` is where the photo was taken (latitude, longitude), if it said so; the copy does not."""

    bytes: bytes
    width: int
    height: int
    point: tuple[float, float] | None
    media_type: str


def clean(data: bytes, *, most_pixels: int = MOST_PIXELS, longest_side: int | None = None) -> Picture:
    """The first frame, upright, in sRGB, without metadata, in the same format, not longer than `longest_side`.

    JPEG, PNG and WebP are recognised by content, whatever the name says. Raises NotAPicture.
    """
    media_type = kind_of(data)
    if media_type not in TAKEN:
        raise NotAPicture(_why_not(media_type, data))
    kind = TAKEN[media_type]
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as picture:  # reads the head only
            if picture.width * picture.height > most_pixels:
                raise NotAPicture("large", megapixels=most_pixels // 1_000_000 or round(most_pixels / 1_000_000, 2))
            with ONE_AT_A_TIME:
                point = place_of(picture)  # of a PNG, Pillow paints the whole picture to find it
                if longest_side:
                    picture.draft(None, (longest_side, longest_side))  # a JPEG is read smaller: less memory, less time
                picture.load()
                fresh = painted(picture, PLAIN_MODES[kind], longest_side)
                out = io.BytesIO()
                fresh.save(out, kind, **HOW[kind])
    except NotAPicture:
        raise
    except Exception as problem:  # decoders fail in many ways; each of them means: broken
        raise NotAPicture("broken") from problem
    kept = out.getvalue()
    if leftovers(kept):  # a later Pillow that adds something must not do so unseen
        raise NotAPicture("broken")
    return Picture(kept, fresh.width, fresh.height, point, media_type)


def _why_not(media_type: str, data: bytes) -> str:
    if not data:
        return "empty"
    return {"image/heic": "heic", "image/svg+xml": "svg"}.get(media_type, "foreign")


def painted(picture: Image.Image, modes: tuple[str, ...], longest_side: int | None = None) -> Image.Image:
    """A fresh image with the points of this one and nothing else of it."""
    upright = _to_srgb(_eight_bit(ImageOps.exif_transpose(picture)))
    if upright.mode not in modes:
        see_through = "RGBA" in modes and ("transparency" in upright.info or "A" in upright.mode)
        upright = upright.convert("RGBA" if see_through else "RGB")
    if longest_side and max(upright.size) > longest_side:
        upright.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS)
    fresh = Image.new(upright.mode, upright.size)
    fresh.paste(upright)
    return fresh


def _eight_bit(picture: Image.Image) -> Image.Image:
    """Sixteen bits of grey would be cut off at white, not scaled."""
    if picture.mode in ("I", "I;16", "I;16L", "I;16B", "I;16N"):
        wide = picture.convert("I") if picture.mode != "I" else picture
        return wide.point(lambda value: value * (1 / 257)).convert("L")
    return picture


def _to_srgb(picture: Image.Image) -> Image.Image:
    """Colours of phones (Display P3) would change when the profile is dropped."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "RGBA", "CMYK"):
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = "RGBA" if picture.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=target)
    except (ImageCms.PyCMSError, OSError):
        return picture
    return converted or picture
