"""Pictures are painted anew: what is not picture (place, camera, hidden files, code) does not come along."""

import io
import threading
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps

from .refused import Refused

MOST_PIXELS = 50_000_000  # what good phones take; about 500 MB of memory while we work on it …
ONE_AT_A_TIME = threading.Lock()  # … so never two in one process
Image.MAX_IMAGE_PIXELS = None  # Pillow only warns at first; we look ourselves

PLAIN_MODES = {"JPEG": ("RGB", "L"), "PNG": ("RGB", "RGBA", "L", "LA"), "WEBP": ("RGB", "RGBA")}
HOW: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 90, "optimize": True},
    "PNG": {"optimize": False},
    "WEBP": {"quality": 90},
}


def clean_picture(data: bytes, kind: str) -> bytes:
    """The first frame, upright, in sRGB, without metadata, in the same format. Raises Refused."""
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as picture:  # reads the head only
            if picture.width * picture.height > MOST_PIXELS:
                raise Refused(_("Das Bild hat zu viele Bildpunkte. Speichern Sie es kleiner, höchstens 50 Megapixel."))
            with ONE_AT_A_TIME:
                picture.load()
                return _paint(picture, kind)
    except Refused:
        raise
    except Exception as problem:  # decoders fail in many ways; each of them means: broken
        raise Refused(
            _("Das Bild ist beschädigt. Öffnen Sie es auf Ihrem Gerät und speichern Sie es noch einmal.")
        ) from problem


def _paint(picture: Image.Image, kind: str) -> bytes:
    upright = _to_srgb(ImageOps.exif_transpose(picture))
    if upright.mode not in PLAIN_MODES[kind]:
        upright = upright.convert("RGBA" if "transparency" in upright.info and kind != "JPEG" else "RGB")
    fresh = Image.new(upright.mode, upright.size)
    fresh.paste(upright)
    out = io.BytesIO()
    fresh.save(out, kind, **HOW[kind])
    return out.getvalue()


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
