"""Code lists in OASIS genericode 1.0: which column is the code and which one people read."""

from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from stadtkern.lib.forms.model import Option
from stadtkern.lib.forms.text import tidy
from stadtkern.lib.forms.xml import SchemaError, root_of, text_at

_CODES = ("code", "schluessel", "key", "schlüssel")
_LABELS = ("name", "kurztext", "bezeichnung", "wert", "staatenname-kurz", "staatsname-kurz", "beschreibung", "langtext", "text")
MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list with its addresses: `uri` names any version, `version_uri` this one."""

    title: str
    version: str
    uri: str
    version_uri: str
    options: tuple[Option, ...]


def read(source: bytes | Path, code_column: str | None = None, label_column: str | None = None) -> CodeList:
    """The list in a genericode file; columns are found by key and name, or given. SchemaError when it is none."""
    root = root_of(source)
    if etree.QName(root).localname != "CodeList":
        raise SchemaError("Die Datei ist keine Codeliste im Format genericode.")
    columns = [str(column.get("Id") or "") for column in root.iterfind(".//{*}ColumnSet/{*}Column")]
    code = code_column or _code_column(root, columns)
    label = label_column or _label_column(columns, code)
    if code not in columns or label not in columns:
        raise SchemaError("In der Codeliste fehlt die Spalte mit dem Code oder die Spalte mit der Bezeichnung.")
    options = tuple(_options(root, code, label))
    if not options:
        raise SchemaError("Die Codeliste enthält keine Zeilen.")
    names = {
        name: text_at(root, f"{{*}}Identification/{{*}}{name}")
        for name in ("ShortName", "Version", "CanonicalUri", "CanonicalVersionUri")
    }
    return CodeList(names["ShortName"], names["Version"], names["CanonicalUri"], names["CanonicalVersionUri"], options)


def _code_column(root: etree._Element, columns: list[str]) -> str:
    key = root.find(".//{*}ColumnSet/{*}Key/{*}ColumnRef")
    if key is not None and key.get("Ref"):
        return str(key.get("Ref"))
    return next((column for column in columns if column.lower().startswith(_CODES)), columns[0] if columns else "")


def _label_column(columns: list[str], code: str) -> str:
    others = [column for column in columns if column != code]
    for word in _LABELS:
        found = next((column for column in others if column.lower() == word), None)
        if found:
            return found
    named = next((column for column in others if "name" in column.lower()), None)
    return named or (others[0] if others else code)


def _options(root: etree._Element, code: str, label: str) -> list[Option]:
    found: dict[str, Option] = {}
    for row in root.iterfind(".//{*}SimpleCodeList/{*}Row"):
        values = {str(value.get("ColumnRef")): tidy(text_at(value, "{*}SimpleValue")) for value in row.iterfind("{*}Value")}
        key = values.get(code, "")
        if key:
            found.setdefault(key, Option(key, values.get(label) or key))
        if len(found) > MOST_ROWS:
            raise SchemaError(f"Die Codeliste hat mehr als {MOST_ROWS} Zeilen.")
    return list(found.values())


def folder(path: Path) -> dict[str, tuple[Option, ...]]:
    """All lists of a folder by `uri` and `version_uri`, as `xdf3.read` takes them; of several versions the newest wins."""
    lists = sorted((read(file) for file in sorted(path.glob("*.xml"))), key=lambda each: each.version)
    found: dict[str, tuple[Option, ...]] = {}
    for each in lists:
        found.update({uri: each.options for uri in (each.uri, each.version_uri) if uri})
    return found
