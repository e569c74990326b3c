"""PDFs are written anew without active parts; what cannot be taken out without harm is refused.

Removed: what photos in it tell besides the picture (place, camera). Scripts, actions that open programs,
files or addresses by themselves, multimedia, thumbnails, everything behind
or between the objects (a second file hidden in the first). Refused: password, attached files, XFA forms, damaged files.
A signed PDF is kept byte for byte, because the signature is what it is handed in for; then it must be clean as it is.
"""

import io
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

import pikepdf
from django.utils.translation import gettext as _
from pikepdf import Array, Dictionary, Name, Stream, sanitize

from stadtkern.lib.pictures import bare, leftovers, tells_place

from .refused import Refused

Part: TypeAlias = Dictionary | Stream

MOST_PAGES = 500
MOST_OBJECTS = 300_000
MOST_PARTS = 100_000  # that we look at one by one, because their object holds a suspicious word
UNPACKED = 64_000_000  # bytes one stream may unpack to while we look at the structure

ACTIVE = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoToR", "/Rendition", "/Movie", "/Sound",
          "/RichMediaExecute"}  # fmt: skip
# Names as qpdf writes them, with all disguises (#4A for J) undone.
WORDS = re.compile(
    rb"/(?:JS|JavaScript|Launch|ImportData|SubmitForm|GoToE|GoToR|Rendition|Movie|Sound|RichMediaExecute"
    rb"|AA|OpenAction|EF|EmbeddedFile|ByteRange)(?![A-Za-z0-9])"
)

pikepdf.settings.set_qpdf_limits(flate_max_memory=UNPACKED, run_length_max_memory=UNPACKED, max_stream_filters=4)


def clean_pdf(data: bytes) -> bytes:
    """A copy that shows the same pages. Raises Refused."""
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            return _clean(pdf, data)
    except Refused:
        raise
    except pikepdf.PasswordError as problem:
        raise Refused(
            _("Das PDF ist mit einem Kennwort geschützt. Speichern Sie es ohne Kennwort und laden Sie es dann hoch.")
        ) from problem
    except Exception as problem:  # a damaged or hostile file fails anywhere in the reader
        raise Refused(
            _("Das PDF ist beschädigt. Öffnen Sie es auf Ihrem Gerät und drucken Sie es in eine neue PDF-Datei.")
        ) from problem


def _clean(pdf: pikepdf.Pdf, data: bytes) -> bytes:
    if len(pdf.objects) > MOST_OBJECTS or not 1 <= len(pdf.pages) <= MOST_PAGES:
        raise Refused(_too_many())
    if "/XFA" in pdf.Root.get("/AcroForm", {}):
        raise Refused(_("Dieses Formular (XFA) können wir nicht lesen. Drucken Sie es in eine neue PDF-Datei."))
    parts = list(_suspicious(pdf))
    if pdf.attachments or any("/EF" in part or part.get("/Type") == "/EmbeddedFile" for part in parts):
        raise Refused(_("In dem PDF stecken weitere Dateien. Laden Sie diese einzeln hoch, das PDF ohne Anhänge."))
    if any("/ByteRange" in part and "/Contents" in part for part in parts):
        return _as_it_is(pdf, data, parts)
    cleaner = sanitize.Sanitizer().remove_javascript().remove_multimedia().remove_thumbnails().remove_web_capture()
    cleaner.remove_private_app_data().remove_search_index().remove_collection().apply(pdf)
    for part in parts:
        _disarm(part)
    for picture in _pictures(pdf):
        _lose_metadata(picture)
    if _tells_place(pdf.Root.get("/Metadata")):
        del pdf.Root["/Metadata"]
    out = io.BytesIO()
    pdf.save(
        out,
        encryption=False,
        fix_metadata_version=False,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,  # contents are copied as they are, never unpacked
    )
    return out.getvalue()


def _suspicious(pdf: pikepdf.Pdf) -> Iterator[Part]:
    """Every dictionary, also inside others, of the objects in which one of WORDS stands."""
    waiting: list[Any] = []
    for thing in pdf.objects:
        plain = thing.stream_dict if isinstance(thing, Stream) else thing
        if isinstance(plain, Dictionary | Array) and WORDS.search(plain.unparse(resolved=True)):
            waiting.append(thing)
    seen = 0
    while waiting:
        thing = waiting.pop()
        seen += 1
        if seen > MOST_PARTS:
            raise Refused(_too_many())
        if isinstance(thing, Dictionary | Stream):
            yield thing
            inside = [thing.get(key) for key in thing.keys()]  # noqa: SIM118  (iterating a stream reads its bytes)
        else:
            inside = list(thing)
        waiting += [item for item in inside if isinstance(item, Dictionary | Array) and not item.is_indirect]


def _as_it_is(pdf: pikepdf.Pdf, data: bytes, parts: list[Part]) -> bytes:
    end = data.rstrip(b"\0\r\n\t ")
    armed = any(_is_active(part) or "/AA" in part or "/OpenAction" in part for part in parts)
    if pdf.is_encrypted or armed or not end.endswith(b"%%EOF") or b"PK\x05\x06" in data[-66_000:]:
        raise Refused(_("Das unterschriebene PDF enthält Programme oder fremde Daten. Laden Sie eine Fassung ohne diese hoch."))
    photos = (found for picture in _pictures(pdf) if (found := _embedded(picture)) is not None)
    if _tells_place(pdf.Root.get("/Metadata")) or any(map(tells_place, photos)):
        raise Refused(
            _(
                "In dem unterschriebenen PDF steckt ein Foto, das verrät, wo es gemacht wurde. Entfernen können wir das "
                "nicht, ohne die Unterschrift zu zerstören. Laden Sie eine Fassung ohne diese Angabe hoch."
            )
        )
    return data


def _pictures(pdf: pikepdf.Pdf) -> Iterator[Stream]:
    for thing in pdf.objects:
        if isinstance(thing, Stream) and thing.get("/Subtype") == "/Image":
            yield thing


def _lose_metadata(picture: Stream) -> None:
    """What a photo tells besides what one sees: where it was taken, when, with what. Pixels stay as they are."""
    if "/Metadata" in picture:
        del picture["/Metadata"]
    if (found := _embedded(picture)) is None or not leftovers(found):
        return
    try:
        clean = bare(found)
    except ValueError as problem:
        raise Refused(
            _("Ein Foto in dem PDF können wir nicht von seinem Aufnahmeort befreien. Drucken Sie es in eine neue PDF-Datei.")
        ) from problem
    kept = picture.get("/DecodeParms")
    last = kept[-1] if isinstance(kept, Array) and len(kept) else kept
    picture.write(clean, filter=Name.DCTDecode, decode_parms=last if isinstance(last, Dictionary) else None)


def _embedded(picture: Stream) -> bytes | None:
    """The JPEG as a camera wrote it; None for pictures of another kind, which carry nothing of that sort."""
    filters = picture.get("/Filter")
    listed = list(filters) if isinstance(filters, Array) else [filters]
    if not listed or str(listed[-1]) not in ("/DCTDecode", "/DCT"):
        return None
    if len(listed) == 1:
        return bytes(picture.read_raw_bytes())
    try:  # packed once more around the JPEG: what is left when the outer layers are off
        picture.Filter = Array(listed[:-1])
        return bytes(picture.read_bytes(pikepdf.StreamDecodeLevel.generalized))
    finally:
        picture.Filter = Array(listed)


def _tells_place(metadata: Any) -> bool:
    return isinstance(metadata, Stream) and b"GPS" in bytes(metadata.read_bytes())


def _is_active(action: Part) -> bool:
    return "/JS" in action or action.get("/S") in ACTIVE


def _disarm(part: Part) -> None:
    """A link to a web page may stay, everything that acts by itself goes: an empty action does nothing."""
    if _is_active(part):
        for key in list(part.keys()):
            del part[key]
    for key in ("/AA", "/OpenAction"):
        if key in part:
            del part[key]


def _too_many() -> str:
    return _("Das PDF hat zu viele Seiten oder Teile. Teilen Sie es auf mehrere Dateien auf.")
