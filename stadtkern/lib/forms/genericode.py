"""Code lists in OASIS genericode 1.0: which column is the code and which one people read.

Source: OASIS Code List Representation (genericode) 1.0, elements CodeList, Identification, ColumnSet, SimpleCodeList.
Every list names its columns as it likes; what was chosen stays with the list, so that it can be kept and corrected.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from stadtkern.lib.forms.model import Option
from stadtkern.lib.forms.text import tidy
from stadtkern.lib.forms.xdf_field import text_of
from stadtkern.lib.forms.xml import SchemaError, root_of, text_at

_CODES = ("code", "schluessel", "schlüssel", "key", "id", "kennung", "nummer")
_LABELS = ("name", "kurztext", "bezeichnung", "wert", "staatenname-kurz", "staatsname-kurz", "beschreibung", "langtext", "text")
_LABEL_PARTS = ("name", "bezeichnung", "text", "titel", "label", "wert")
MOST_ROWS = 20_000
MOST_COLUMNS = 200
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list with its addresses: `uri` names any version, `version_uri` this one; `code_column` and `label_column` by id."""

    title: str
    version: str
    uri: str
    version_uri: str
    options: tuple[Option, ...]
    columns: tuple[str, ...] = ()
    code_column: str = ""
    label_column: str = ""


def read(source: bytes | Path, code_column: str | None = None, label_column: str | None = None) -> CodeList:
    """The list in a genericode file; columns are found by key, name and content, or given. SchemaError when it is none."""
    root = root_of(source)
    if _local(root) != "CodeList":
        raise SchemaError("Die Datei ist keine Codeliste im Format genericode.")
    names = _columns(root)
    rows = list(_rows(root, list(names)))
    code = code_column or _code_column(root, names, rows)
    label = label_column or _label_column(names, code, rows)
    if code not in names or label not in names:
        raise SchemaError("In der Codeliste fehlt die Spalte mit dem Code oder die Spalte mit der Bezeichnung.")
    options: dict[str, Option] = {}
    for row in rows:
        if key := row.get(code, ""):
            options.setdefault(key, Option(key, row.get(label) or key))
    if not options:
        raise SchemaError("Die Codeliste enthält keine Zeilen.")
    title, version, uri, version_uri = (
        text_at(root, f"{{*}}Identification/{{*}}{name}")
        for name in ("ShortName", "Version", "CanonicalUri", "CanonicalVersionUri")
    )
    title = tidy(title) or tidy(text_at(root, "{*}Identification/{*}LongName"))
    return CodeList(title, version, uri, version_uri, tuple(options.values()), tuple(names), code, label)


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _columns(root: etree._Element) -> dict[str, tuple[str, ...]]:
    """Column id -> what it is called, in small letters: id, short name, long names."""
    found: dict[str, tuple[str, ...]] = {}
    for column in root.iterfind("{*}ColumnSet/{*}Column"):
        if key := str(column.get("Id") or ""):
            names = (text_of(child) for child in column if _local(child) in ("ShortName", "LongName"))
            found.setdefault(key, tuple(name.lower() for name in (key, *names) if name))
    if not found:
        raise SchemaError("Die Codeliste nennt keine Spalten.")
    if len(found) > MOST_COLUMNS:
        raise SchemaError(f"Die Codeliste hat mehr als {MOST_COLUMNS} Spalten.")
    return found


def _rows(root: etree._Element, columns: Sequence[str]) -> Iterator[Row]:
    """Rows as {column id: text}. A value without reference belongs to the column after the one before (genericode 1.0)."""
    next_to = {column: columns[n + 1] if n + 1 < len(columns) else "" for n, column in enumerate(columns)}
    for number, row in enumerate(root.iterfind("{*}SimpleCodeList/{*}Row")):
        if number >= MOST_ROWS:
            raise SchemaError(f"Die Codeliste hat mehr als {MOST_ROWS} Zeilen.")
        values: dict[str, str] = {}
        column = ""
        for value in row:
            if _local(value) != "Value":
                continue
            column = str(value.get("ColumnRef") or "") or (next_to.get(column, "") if column else columns[0])
            simple = next((child for child in value if _local(child) == "SimpleValue"), None)
            if column and simple is not None:
                values.setdefault(column, tidy(text_of(simple)))
        yield values


def _code_column(root: etree._Element, names: Mapping[str, Sequence[str]], rows: Sequence[Row]) -> str:
    """A key of one column, best one that is called a code; else a column called so; else the first whose values are unique."""
    keys = [
        str(refs[0].get("Ref")) for key in root.iterfind("{*}ColumnSet/{*}Key") if len(refs := key.findall("{*}ColumnRef")) == 1
    ]
    keys = [key for key in keys if key in names]
    called = [column for column in names if any(name.startswith(_CODES) for name in names[column])]
    ranked = [*(key for key in keys if key in called), *keys, *called, *names]
    return next((column for column in ranked if _unique(column, rows)), ranked[0])


def _unique(column: str, rows: Sequence[Row]) -> bool:
    values = [row.get(column, "") for row in rows]
    return bool(values) and all(values) and len(set(values)) == len(values)


def _label_column(names: Mapping[str, Sequence[str]], code: str, rows: Sequence[Row]) -> str:
    """A column called a name; of several languages the German one; else the first with words; else the code itself."""
    others = [column for column in names if column != code and any(row.get(column) for row in rows)]
    for word in _LABELS:
        if found := [column for column in others if any(re.split(r"[_-]de\b", name)[0] == word for name in names[column])]:
            return found[0]
    for word in _LABEL_PARTS:
        if found := [column for column in others if any(word in name for name in names[column])]:
            return found[0]
    worded = (each for each in (*others, code) if any(re.search(r"[^\W\d_]{3}", row.get(each, "")) for row in rows))
    return next(worded, others[0] if others else code)


def newest(version: str) -> tuple[int, ...]:
    """What versions of one list are compared by: "2021-02-19", "9", "10"; text without numbers comes first."""
    return tuple(int(number) for number in re.findall(r"\d{1,9}", version))


def folder(path: Path, problems: list[str] | None = None) -> dict[str, tuple[Option, ...]]:
    """All lists of a folder by `uri` and `version_uri`, as the readers take them; of several versions the newest wins.

    What is no code list is passed over, and told in `problems`.
    """
    lists: list[CodeList] = []
    for file in files(path):
        try:
            lists.append(read(file))
        except SchemaError as error:
            if problems is not None:
                problems.append(f"{file.name}: {error}")
    found: dict[str, tuple[Option, ...]] = {}
    for each in sorted(lists, key=lambda one: newest(one.version)):
        found.update({uri: each.options for uri in (each.uri, each.version_uri) if uri})
    return found


def files(path: Path) -> list[Path]:
    """The files of a folder that could be code lists."""
    return sorted(file for file in path.glob("*") if file.name.lower().endswith((".xml", ".xml.gz", ".gc")) and file.is_file())
