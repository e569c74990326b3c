"""`[[steps]]` of service.toml becomes a form; every mistake becomes a sentence that names its place."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any

from stadtkern.lib.forms import composites
from stadtkern.lib.forms.model import Element, Field, Form, Group, Kind, Option, Step, fields

from .blocks import blocks
from .table import Table

LONGEST = {Kind.TEXT: 200, Kind.LONG_TEXT: 4000, Kind.EMAIL: 254, Kind.PHONE: 40, Kind.IBAN: 42}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


def read_steps(table: Table, title: str) -> Form:
    """The form behind `[[steps]]`."""
    steps = []
    for part in table.tables("steps", required=True):
        name = part.text("title", required=True)
        key = part.text("key") or slug(name)
        if not _NAME.fullmatch(key):
            part.complain("key", f"„{key}“ geht nicht: nur a-z, 0-9 und _.")
        help_ = part.text("help")
        steps.append(Step(key, name, tuple(read_elements(part)), help=help_))
        part.done()
    _once([step.key for step in steps], table, "steps")
    _once([child.key for step in steps for child in step.children], table, "steps")
    form = Form(title, tuple(steps))
    check_conditions(form, table)
    return form


def read_elements(part: Table) -> Iterator[Element]:
    """`fields = [ … ]` of a step or group."""
    names = []
    for item in part.tables("fields", required=True):
        element = _element(item)
        names.append(element.key)
        yield element
    _once(names, part, "fields")


@cache
def _kinds() -> frozenset[str]:
    return frozenset([*(kind.value for kind in Kind), "group", *composites.KINDS, *blocks()])


def _element(item: Table) -> Element:
    kind = item.text("kind", "text", one_of=_kinds())
    name = item.text("name", required=True)
    if name and not _NAME.fullmatch(name):
        item.complain("name", f"„{name}“ geht nicht: nur a-z, 0-9 und _, am Anfang ein Buchstabe.")
    label = item.text("label", required=True)
    common: dict[str, Any] = {"help": item.text("help"), "when": _when(item)}
    common["minimum"], common["maximum"] = _amount(item)
    grouped = kind == "group" or kind in composites.KINDS or kind in blocks()
    element = _group(item, kind, name, label, common) if grouped else _field(item, Kind(kind), name, label, common)
    item.done()
    return element


def _amount(item: Table) -> tuple[int, int | None]:
    optional = item.flag("optional")
    least = item.number("min", least=0)
    most = item.any("max")
    if most == "*":
        maximum = None
    elif most is None or (isinstance(most, int) and not isinstance(most, bool) and most >= 1):
        maximum = most or 1
    else:
        item.complain("max", 'muss eine Zahl ab 1 oder "*" sein.')
        maximum = 1
    minimum = least if least is not None else 0 if optional else 1
    if maximum is not None and minimum > maximum:
        item.complain("min", "ist größer als max.")
    return minimum, maximum


def _when(item: Table) -> dict[str, Any] | None:
    below = item.table("when")
    if not below.raw:
        return None
    for key, value in below.raw.items():
        if not isinstance(value, (str, bool, int)):
            below.complain(key, "muss ein Text, eine Zahl, true oder false sein.")
    return dict(below.raw)


def _group(item: Table, kind: str, name: str, label: str, common: dict[str, Any]) -> Group:
    if kind == "group":
        return Group(name, label, tuple(read_elements(item)), choice=item.flag("choice"), **common)
    parts, own = item.words("parts"), item.flag("own", default=True)
    if kind in composites.KINDS:
        try:
            return composites.expand(kind, name, label, parts=parts or None, own=own, **common)
        except ValueError as error:
            item.complain("parts", str(error))
            return composites.expand(kind, name, label, own=own, **common)
    raw = [part for part in blocks()[kind] if not parts or part["name"] in parts]
    return Group(name, label, tuple(read_elements(Table({"fields": raw}, "blocks.toml", item.problems))), **common)


def _field(item: Table, kind: Kind, name: str, label: str, common: dict[str, Any]) -> Field:
    pattern = item.text("pattern") or None
    if pattern:
        try:
            re.compile(pattern)
        except re.error as error:
            item.complain("pattern", f"ist kein gültiges Muster ({error}).")
    megabytes = item.number("max_mb", least=1)
    options = _options(item, kind)
    field = Field(
        name,
        label,
        kind,
        pattern=pattern,
        pattern_hint=item.text("hint"),
        min_length=item.number("min_length", least=0),
        max_length=item.number("max_length", least=1) or LONGEST.get(kind),
        min_value=_bound(item, "min_value"),
        max_value=_bound(item, "max_value"),
        options=options,
        default=item.any("default"),
        locked=item.flag("locked"),
        autocomplete=item.text("autocomplete"),
        media_types=item.words("media_types"),
        max_bytes=megabytes * 1_000_000 if megabytes else None,
        fim=item.text("fim"),
        partial=item.flag("partial"),
        **common,
    )
    if pattern and not field.pattern_hint:
        item.complain("hint", "fehlt: Zu einem Muster gehört ein Satz, der sagt, was man eingeben soll.")
    if kind is Kind.CHOICE and field.default is not None and field.default not in [option.code for option in options]:
        item.complain("default", f"„{field.default}“ ist keine der Möglichkeiten.")
    return field


def _bound(item: Table, key: str) -> int | float | str | None:
    value = item.any(key)
    if value is None or (isinstance(value, (int, float, str)) and not isinstance(value, bool)):
        return value
    item.complain(key, 'muss eine Zahl, ein Datum als Text oder "today" sein.')
    return None


def _options(item: Table, kind: Kind) -> tuple[Option, ...]:
    raw = item.any("options")
    if kind is not Kind.CHOICE:
        if raw is not None:
            item.complain("options", 'gibt es nur bei kind = "choice".')
        return ()
    if isinstance(raw, dict) and raw and all(isinstance(label, str) for label in raw.values()):
        return tuple(Option(code, label) for code, label in raw.items())
    if isinstance(raw, list) and raw:
        options = []
        for part in item.tables("options"):
            options.append(Option(part.text("code", required=True), part.text("label", required=True), part.text("help")))
            part.done()
        _once([option.code for option in options], item, "options")
        return tuple(options)
    item.complain("options", 'fehlt: eine Tabelle code = "Text" oder eine Liste von { code, label }.')
    return ()


def _once(names: list[str], table: Table, key: str) -> None:
    for name in sorted({name for name in names if names.count(name) > 1}):
        table.complain(key, f"„{name}“ kommt zweimal vor.")


def check_conditions(form: Form, table: Table) -> None:
    """Every `when` names a field that can be seen from its place, with a value that field can have."""
    around: list[tuple[Element, ...]] = [tuple(child for step in form.steps for child in step.children)]
    for child in around[0]:
        _check_condition(child, around, table)


def _check_condition(element: Element, around: list[tuple[Element, ...]], table: Table) -> None:
    for key, value in (element.when or {}).items():
        target = _seen(key, around)
        if target is None:
            table.complain(f"[steps … {element.key}][when] {key}", "dieses Feld gibt es hier nicht.")
        elif target.kind is Kind.YES_NO and not isinstance(value, bool):
            table.complain(f"[steps … {element.key}][when] {key}", "muss true oder false sein.")
        elif target.options and value not in [option.code for option in target.options]:
            table.complain(f"[steps … {element.key}][when] {key}", f"„{value}“ ist keine der Möglichkeiten.")
    if isinstance(element, Group):
        for child in element.children:
            _check_condition(child, [*around, element.children], table)


def _seen(key: str, around: list[tuple[Element, ...]]) -> Field | None:
    first, *rest = key.split("/")
    for elements in reversed(around):
        element: Element | None = next((e for e in elements if e.key == first), None)
        if element is None:
            continue
        for part in rest:
            children = element.children if isinstance(element, Group) else ()
            element = next((e for e in children if e.key == part), None)
            if element is None:
                return None
        return element if isinstance(element, Field) else None
    return None


def slug(text: str, longest: int = 60) -> str:
    """`"Ihre Anschrift & Größe"` as "ihre_anschrift_groesse"."""
    for umlaut, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.lower().replace(umlaut, plain)
    plain_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain_text).strip("_")[:longest].strip("_") or "x"


def paths_of(form: Form) -> set[str]:
    """All paths without indexes: of fields and of the groups above them."""
    found: set[str] = set()
    for path, _ in fields(form):
        while path:
            found.add(path)
            path = path.rpartition("/")[0]
    return found
