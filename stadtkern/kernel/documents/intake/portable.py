"""PDFs are written anew without active parts; what cannot be taken out without harm is refused.

Removed: scripts, actions that open programs, files or addresses by themselves, multimedia, thumbnails, everything behind
or between the objects (a second file hidden in the first). Refused: password, attached files, XFA forms, damaged files.
A signed PDF is kept byte for byte, because the signature is what it is handed in for; then it must be clean as it is.
"""

import io
from collections.abc import Iterator

import pikepdf
from django.utils.translation import gettext as _
from pikepdf import Array, Dictionary, Stream, sanitize

from .refused import Refused

MOST_PAGES = 500
MOST_OBJECTS = 200_000
UNPACKED = 64_000_000  # bytes one stream may unpack to while we look at the structure

ACTIVE = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoToR", "/Rendition", "/Movie", "/Sound",
          "/RichMediaExecute"}  # fmt: skip

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
        raise Refused(_("Das PDF hat zu viele Seiten oder Teile. Teilen Sie es auf mehrere Dateien auf."))
    if "/XFA" in pdf.Root.get("/AcroForm", {}):
        raise Refused(_("Dieses Formular (XFA) können wir nicht lesen. Drucken Sie es in eine neue PDF-Datei."))
    if _carries_files(pdf):
        raise Refused(_("In dem PDF stecken weitere Dateien. Laden Sie diese einzeln hoch, das PDF ohne Anhänge."))
    if _signed(pdf):
        return _as_it_is(pdf, data)
    cleaner = sanitize.Sanitizer().remove_javascript().remove_multimedia().remove_thumbnails().remove_web_capture()
    cleaner.remove_private_app_data().remove_search_index().remove_collection().apply(pdf)
    _disarm(pdf)
    if _active(pdf):
        raise Refused(_("Das PDF enthält Programme. Drucken Sie es in eine neue PDF-Datei und laden Sie diese hoch."))
    out = io.BytesIO()
    pdf.save(
        out,
        encryption=False,
        fix_metadata_version=False,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,  # contents are copied as they are, never unpacked
    )
    return out.getvalue()


def _as_it_is(pdf: pikepdf.Pdf, data: bytes) -> bytes:
    end = data.rstrip(b"\0\r\n\t ")
    if pdf.is_encrypted or _active(pdf) or not end.endswith(b"%%EOF") or b"PK\x05\x06" in data[-66_000:]:
        raise Refused(_("Das unterschriebene PDF enthält Programme oder fremde Daten. Laden Sie eine Fassung ohne diese hoch."))
    return data


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[Dictionary | Stream]:
    """Every dictionary of the file, also those written inside others."""
    waiting = list(pdf.objects)
    budget = MOST_OBJECTS * 20
    while waiting:
        found = waiting.pop()
        budget -= 1
        if budget < 0:
            raise Refused(_("Das PDF hat zu viele Seiten oder Teile. Teilen Sie es auf mehrere Dateien auf."))
        if isinstance(found, Dictionary | Stream):
            yield found
            inside = [found.get(key) for key in found.keys()]  # noqa: SIM118  (iterating a stream reads its bytes)
        elif isinstance(found, Array):
            inside = list(found)
        else:
            continue
        waiting += [item for item in inside if isinstance(item, Dictionary | Array) and not item.is_indirect]


def _carries_files(pdf: pikepdf.Pdf) -> bool:
    return bool(pdf.attachments) or any("/EF" in found or found.get("/Type") == "/EmbeddedFile" for found in _dictionaries(pdf))


def _signed(pdf: pikepdf.Pdf) -> bool:
    return any("/ByteRange" in found and "/Contents" in found for found in _dictionaries(pdf))


def _is_active(action: Dictionary | Stream) -> bool:
    return action.get("/S") in ACTIVE or ("/JS" in action and "/S" in action)


def _active(pdf: pikepdf.Pdf) -> bool:
    return "/JavaScript" in pdf.Root.get("/Names", {}) or any(
        _is_active(found) or "/AA" in found for found in _dictionaries(pdf)
    )


def _disarm(pdf: pikepdf.Pdf) -> None:
    """Wherever an action stands: a link to a web page may stay, everything that acts by itself goes."""
    emptied = []
    for found in list(_dictionaries(pdf)):
        for key in list(found.keys()):
            value = found[key]
            if key in ("/AA", "/OpenAction") or (isinstance(value, Dictionary) and _is_active(value)):
                del found[key]
            elif key == "/Next" and isinstance(value, Array):
                found[key] = Array([item for item in value if not (isinstance(item, Dictionary) and _is_active(item))])
        if _is_active(found):
            emptied.append(found)  # nobody points to it any more; emptied, because it still is among the objects
    for action in emptied:
        for key in list(action.keys()):
            del action[key]
