"""A federal schema of either standard (XDatenfelder 3.0 or 2.0) becomes a form."""

from pathlib import Path

from stadtkern.lib.forms import xdf
from stadtkern.lib.forms.xdf import Schema, SchemaInfo, block
from stadtkern.lib.forms.xdf2 import XDF2
from stadtkern.lib.forms.xdf3 import XDF3
from stadtkern.lib.forms.xdf_field import CodeLists
from stadtkern.lib.forms.xml import SchemaError

__all__ = ["CodeLists", "Schema", "SchemaError", "SchemaInfo", "block", "load"]

_DIALECTS = {dialect.namespace: dialect for dialect in (XDF2, XDF3)}


def load(source: bytes | Path, code_lists: CodeLists | None = None, *, land: str | None = None, bare: bool = False) -> Schema:
    """Read a message (bytes or file, also gzip, at most 64 MB); SchemaError says in German what is wrong.

    Code lists are not part of a schema: a field whose list is not in `code_lists` becomes a text field with a note.
    `land` is the Land of the city ("NW", "" for none): rules are compiled for it; None leaves them as sentences.
    A schema without fields is refused unless it may be `bare`.
    """
    data, space = xdf.checked(source)
    if space not in _DIALECTS:
        raise SchemaError("Das ist keine Datei im Format XDatenfelder 3.0 oder 2.0.")
    return xdf.load(_DIALECTS[space], data, code_lists, land, bare=bare)
