"""XDatenfelder 3.0 (FIM): a federal schema becomes a form; fields are identified by their path of ids.

Source: XDatenfelder 3.0.0, namespace urn:xoev-de:fim:standard:xdatenfelder_3.0.0, messages 0102 (schema) and 0103 (group).
"""

from collections.abc import Mapping
from pathlib import Path

from stadtkern.lib.forms import xdf
from stadtkern.lib.forms.model import Form
from stadtkern.lib.forms.xdf import Schema, SchemaInfo
from stadtkern.lib.forms.xdf_field import FILE_TYPES, CodeLists, Dialect, Parts
from stadtkern.lib.forms.xml import SchemaError

__all__ = ["FILE_TYPES", "XDF3", "CodeLists", "Schema", "SchemaError", "SchemaInfo", "load", "read"]


def _precise(parts: Parts) -> Mapping[str, str]:
    element = parts.first("praezisierung")
    return {} if element is None else {str(name): str(value).strip() for name, value in element.attrib.items()}


def _reference(parts: Parts) -> tuple[str, str]:
    element = parts.first("codelisteReferenz")
    if element is None:
        return "", ""
    inside = Parts(element, parts.space)
    return inside.raw("canonicalIdentification"), inside.raw("canonicalVersionUri")


def _sources(parts: Parts) -> tuple[str, ...]:
    return tuple(parts.texts("bezug"))


XDF3 = Dialect("3.0", "urn:xoev-de:fim:standard:xdatenfelder_3.0.0", "freitextRegel", _precise, _reference, _sources)


def read(source: bytes | Path, code_lists: CodeLists | None = None) -> Form:
    """The form of a schema; see `fim.load`."""
    return load(source, code_lists).form


def load(source: bytes | Path, code_lists: CodeLists | None = None, *, land: str | None = None, bare: bool = False) -> Schema:
    """As `fim.load`, but SchemaError for any other standard than XDatenfelder 3."""
    data, space = xdf.checked(source)
    if "xdatenfelder_2" in space:
        raise SchemaError("Das ist eine Datei im älteren Format XDatenfelder 2. Bitte laden Sie die Fassung in XDatenfelder 3.")
    if space != XDF3.namespace:
        raise SchemaError("Das ist keine Datei im Format XDatenfelder 3.0.")
    return xdf.load(XDF3, data, code_lists, land, bare=bare)
