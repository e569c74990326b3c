"""Answers as JSON and XML: the same rows, "Spark" mapping (list wrapper dropped in JSON, empty element is null)."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

JSON, XML = "application/json; charset=utf-8", "text/xml; charset=utf-8"
TYPES = {"json": JSON, "xml": XML}
DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
# What an entry is called in the element of its list.
ENTRIES = {
    "attributes": "attribute", "values": "value", "notes": "note", "media_urls": "media_url", "formats": "format",
    "endpoints": "endpoint", "keys": "key",
}  # fmt: skip
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")


def document(form: str, rows: Any, root: str, entry: str = "") -> bytes:
    """A whole answer. `rows`: a list of tables (then `entry` names each in XML), or one table."""
    if form == "json":
        return json.dumps(_plain(rows), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    inner = "".join(_element(entry, one) for one in rows) if entry else _content(rows)
    return f"{DECLARATION}<{root}>{inner}</{root}>".encode()


def _plain(value: Any) -> Any:
    """Without half surrogates, which no UTF-8 can carry."""
    if isinstance(value, str):
        return value.encode("utf-8", "ignore").decode()
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, Sequence):
        return [_plain(one) for one in value]
    return value


def _element(name: str, value: Any) -> str:
    name = name if _NAME.match(name) else "field"
    if value is None or value == "":
        return f"<{name}/>"
    if isinstance(value, Sequence) and not isinstance(value, str):
        inside = ENTRIES.get(name, "entry")
        return f"<{name}>" + "".join(_element(inside, one) for one in value) + f"</{name}>"
    return f"<{name}>{_content(value)}</{name}>"


def _content(value: Any) -> str:
    if isinstance(value, Mapping):
        return "".join(_element(str(name), one) for name, one in value.items())
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(_NOT_XML.sub("", str(value))).replace("\r", "&#13;")
