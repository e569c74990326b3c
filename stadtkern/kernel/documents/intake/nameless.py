"""Files of people who want to stay unknown: no name of a file, no author, no program, no time of making.

Pictures are drawn anew already (picture.py). A PDF keeps its pages and loses what is written about them; a signed one is
refused, because the signature is a name.
"""

import io
from collections.abc import Iterator
from typing import Any

import pikepdf
from django.utils.translation import gettext as _

from .kinds import KINDS
from .refused import Refused

TELLING = ("/Metadata", "/PieceInfo", "/LastModified", "/ID")
REMARK = ("/T", "/M", "/CreationDate", "/NM")  # who wrote it, and when


def plain_name(media_type: str) -> str:
    """ "datei.pdf": what somebody called the file may say who they are."""
    return f"datei.{KINDS[media_type].endings[0]}"


def without_author(data: bytes, media_type: str) -> bytes:
    """The same pages without what is written about them. Raises Refused."""
    if media_type != "application/pdf":
        return data
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for plain in _dictionaries(pdf):
            if "/ByteRange" in plain:
                raise Refused(_("Dieses PDF ist unterschrieben und würde Sie verraten. Drucken Sie es in eine neue PDF-Datei."))
            if (
                plain.get("/Subtype") == "/Widget"
                or plain.get("/Type") == "/Annot"
                or ("/Subtype" in plain and "/Rect" in plain)
            ):
                for key in ("/T", "/M", "/CreationDate", "/NM"):  # who wrote a remark, and when
                    if key in plain and plain.get("/Subtype") != "/Widget":
                        del plain[key]
            for key in TELLING:
                if key in plain:
                    del plain[key]
        if "/Info" in pdf.trailer:
            del pdf.trailer["/Info"]
        out = io.BytesIO()
        pdf.save(out, encryption=False, fix_metadata_version=False, deterministic_id=True)
    return out.getvalue()


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Dictionary]:
    """Every dictionary, also inside others."""
    waiting: list[Any] = [thing.stream_dict if isinstance(thing, pikepdf.Stream) else thing for thing in pdf.objects]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, pikepdf.Dictionary):
            yield thing
            inside = list(thing.values())
        else:
            inside = list(thing) if isinstance(thing, pikepdf.Array) else []
        waiting += [item for item in inside if isinstance(item, pikepdf.Dictionary | pikepdf.Array) and not item.is_indirect]
