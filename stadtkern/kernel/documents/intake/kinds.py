"""Look at a file that somebody hands in: what is it really, may we have it, and a clean copy of it."""

import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from stadtkern.lib.pictures import kind_of

from .picture import clean_picture
from .portable import clean_pdf
from .refused import Refused

MEGABYTE = 1_000_000
MOST_BYTES = 10 * MEGABYTE
LONGEST_NAME = 120


@dataclass(frozen=True)
class Kind:
    """A format we take."""

    word: str  # for people: "PDF"
    endings: tuple[str, ...]  # the first is the one we give
    clean: Callable[[bytes], bytes]


KINDS = {
    "application/pdf": Kind("PDF", ("pdf",), clean_pdf),
    "image/jpeg": Kind("JPEG", ("jpg", "jpeg", "jpe", "jfif"), clean_picture),
    "image/png": Kind("PNG", ("png",), clean_picture),
    "image/webp": Kind("WebP", ("webp",), clean_picture),
}
PICTURE_ENDINGS = {"jpg", "jpeg", "jpe", "jfif", "png", "webp", "heic", "heif"}


@dataclass(frozen=True)
class Taken:
    """A file we keep: a safe name, the real media type, and our clean copy of it."""

    file_name: str
    media_type: str
    data: bytes


def inspect(file_name: str, data: bytes, media_types: Collection[str], max_bytes: int | None) -> Taken:
    """Raises Refused with a German sentence for the citizen: what is wrong and what to do instead."""
    _check_size(len(data), max_bytes or MOST_BYTES)
    wanted = _wanted(media_types)
    media_type = sniff(data)
    if media_type not in wanted:
        raise Refused(_foreign(media_type, data, wanted))
    name = _name(file_name, media_type)
    return Taken(name, media_type, KINDS[media_type].clean(data))


def sniff(data: bytes) -> str:
    """Media type by content; "" when unknown. A PDF must begin with its mark: behind other bytes it is a disguise."""
    if data.startswith(b"%PDF-"):
        return "application/pdf"
    if data.startswith(b"PK\x03\x04"):
        return "application/zip"
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return "application/msword"
    return kind_of(data)


def _check_size(size: int, most: int) -> None:
    if size == 0:
        raise Refused(_("Die Datei ist leer. Öffnen Sie sie auf Ihrem Gerät und speichern Sie sie noch einmal."))
    if size > most:
        raise Refused(
            _("Die Datei ist zu groß. Sie darf höchstens %(most)s MB haben. Ein Foto können Sie kleiner speichern.")
            % {"most": f"{most / MEGABYTE:.1f}".removesuffix(".0").replace(".", ",")}
        )


def _wanted(media_types: Collection[str]) -> list[str]:
    """What the field asks for, as far as we can make it safe; everything we can when that would be nothing."""
    asked = {media_type.strip().lower() for media_type in media_types}
    found = [key for key in KINDS if key in asked or key.split("/")[0] + "/*" in asked]
    return found or list(KINDS)


def _foreign(media_type: str, data: bytes, wanted: list[str]) -> str:
    takes = _("Nehmen Sie: %(kinds)s.") % {"kinds": ", ".join(KINDS[key].word for key in wanted)}
    if media_type == "image/heic":
        return _("Fotos im Format HEIC können wir nicht lesen. Speichern Sie das Foto als JPEG.") + " " + takes
    if media_type in ("application/zip", "application/msword"):
        return _("Office-Dateien und Archive nehmen wir nicht an. Speichern Sie den Inhalt als PDF.") + " " + takes
    if media_type != "application/pdf" and b"%PDF-" in data[:1024]:
        return _("Vor dem PDF stehen fremde Daten. Öffnen Sie es und speichern Sie es neu als PDF.")
    return _("Diese Art von Datei nehmen wir nicht an.") + " " + takes


def _name(given: str, media_type: str) -> str:
    """A name that is safe to show, to store and to send: no path, no control or direction characters, the right ending."""
    readable = given.encode("utf-8", "replace").decode("utf-8").replace("\\", "/").rsplit("/", 1)[-1]
    readable = unicodedata.normalize("NFC", readable)
    readable = "".join(letter for letter in readable if unicodedata.category(letter)[0] != "C" and letter not in '<>:"|?*')
    readable = " ".join(readable.split()).rstrip(". ")
    path = PurePosixPath("datei" + readable if readable.startswith(".") or not readable else readable)
    ending, right = path.suffix.lower().lstrip("."), KINDS[media_type].endings
    if ending in right:
        return path.stem[:LONGEST_NAME] + "." + ending
    if (
        ending
        and not (ending in PICTURE_ENDINGS and media_type.startswith("image/"))
        and re.fullmatch(r"[a-z0-9]{1,5}", ending)
    ):
        raise Refused(
            _("Der Name endet auf „.%(ending)s“, der Inhalt ist aber %(kind)s. Speichern Sie die Datei neu als %(kind)s.")
            % {"ending": ending, "kind": KINDS[media_type].word}
        )
    stem = path.stem if ending in PICTURE_ENDINGS else path.name
    return stem[:LONGEST_NAME] + "." + right[0]
