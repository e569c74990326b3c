"""A federal schema (XDatenfelder 3 or 2) becomes a service folder of this city; the schema itself is copied, never changed.

A new version keeps everything the city wrote (service.toml, overlays, confirmed rules, columns of code lists); the version
before lies in `versions/`.
"""

import re
import shutil
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from stadtkern.lib import files
from stadtkern.lib.forms import fim, genericode
from stadtkern.lib.forms.diff import differences
from stadtkern.lib.forms.fim import Schema, SchemaError, SchemaInfo
from stadtkern.lib.forms.model import Form, Kind, fields
from stadtkern.lib.forms.rules.model import State
from stadtkern.lib.forms.xml import bytes_of

from . import folders
from .examples import NAME as EXAMPLES
from .fim_examples import examples as invented
from .fim_examples import quoted
from .fim_form import COLUMNS, FORMS, LIST, code_lists, columns, federal, land
from .service import ServiceBroken, key_error
from .steps import slug

PREFIX = "fim_"
LONGEST_NAME = 70
VERSIONS = "versions"  # folder with the schemas that were in use before
FindLists = Callable[[Collection[str]], Iterable[bytes]]
"""Addresses of code lists a schema names -> genericode files, as many as are found."""
SERVICE = """\
# Imported from FIM ({id} {version}). Texts, office, fee, deadline and retention are the city's: a new import keeps this file.
# The schema belongs to its editors and must not be published; .gitignore keeps it out of the repository.
title = {title}
teaser = "Das können Sie hier online erledigen."
office = {office}
for = ["citizens", "companies"]  # to be narrowed
trust = {trust}
legal_basis = {sources}
form = "{form}"

[origin]
schema = "{id}"
version = "{version}"
imported = "{today}"
source = {source}

[decision]
within = "30 days"  # to be replaced by the office's own deadline
title = {decision}

[keep]
years = 10
because = "Vorgabe beim Import, bis das Amt die Frist seiner Aktenordnung einträgt"
"""


@dataclass(frozen=True)
class Imported:
    """What came of one file."""

    key: str
    title: str
    info: SchemaInfo
    folder: Path
    renewed: bool  # the folder was there: only schema, code lists and examples are new
    steps: int
    questions: int
    rules: int  # as placed
    open_rules: tuple[str, ...]  # those nobody has understood yet, distinct
    changes: tuple[str, ...]  # what is different from the version before, in sentences
    missing_code_lists: tuple[str, ...]
    warnings: tuple[str, ...]


def import_schema(
    source: bytes | Path,
    target: Path,
    *,
    office: str,
    key: str = "",
    trust: str = "basic",
    find_lists: FindLists | None = None,
    origin: str = "",
) -> Imported:
    """Read the schema, then write `target/<key>/`; nothing is written for a file that cannot be used (SchemaError)."""
    data = _plain(bytes_of(source))
    first = fim.load(data)
    info = first.info
    name = key or _key(info, target)
    _refuse(target, name, info)
    folder = target / name
    there = _texts_of(folder)
    lists = _lists(set(first.missing_code_lists), there, find_lists)
    try:
        schema = fim.load(data, code_lists({**there, **lists}), land=land())
    except ServiceBroken as error:
        raise SchemaError(str(error)) from error
    if not any(True for _ in fields(schema.form)):
        raise SchemaError("Das Schema enthält keine Fragen.")
    examples, warnings = invented(schema.form)
    old = there.get(folders.SERVICE, "")
    form = FORMS[0] if info.standard == "3.0" else FORMS[1]
    texts = {**lists, EXAMPLES: examples, ".gitignore": "*\n"}
    texts[folders.SERVICE] = _renewed(old, info) if old else _service(info, form, office, trust, origin)
    changes = _changes(there, schema.form)
    _put(folder, form, data, texts, _version(old))
    return _report(folder, schema, bool(old), changes, warnings)


def _plain(data: bytes) -> bytes:
    try:
        if "\0" in data.decode("utf-8"):
            raise SchemaError("Die Datei enthält NUL-Zeichen.")
    except UnicodeDecodeError as error:
        raise SchemaError("Die Datei ist nicht in UTF-8 gespeichert.") from error
    return data


def _texts_of(folder: Path) -> dict[str, str]:
    """What stands in the folder already, as text; empty for a new one."""
    names = (folders.SERVICE, COLUMNS, *FORMS)
    try:
        files = [file for file in folder.iterdir() if file.name in names or file.name.endswith(LIST)]
        return {file.name: file.read_text(encoding="utf-8-sig") for file in files}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except UnicodeDecodeError as error:
        raise SchemaError(f"Eine Datei im Ordner {folder.name} ist nicht in UTF-8 gespeichert.") from error


def _lists(wanted: set[str], there: Mapping[str, str], find_lists: FindLists | None) -> dict[str, str]:
    """Files of code lists this schema names: what was found now, and the columns chosen for them; the city's choice stays."""
    newest: dict[str, tuple[genericode.CodeList, str]] = {}
    for found in find_lists(wanted) if find_lists and wanted else ():
        one = genericode.read(found)
        known = newest.get(one.uri)
        if {one.uri, one.version_uri} & wanted and (known is None or _is_newer(one, known[0])):
            newest[one.uri] = (one, _plain(bytes_of(found)).decode("utf-8"))
    files = {f"{slug(one.title or one.uri, 60)}{LIST}": text for one, text in newest.values()}
    chosen = there.get(COLUMNS, "")
    lines = [_columns(one) for one, _ in newest.values() if not {one.uri, one.version_uri} & set(columns(chosen))]
    return {**files, COLUMNS: "\n".join([chosen.rstrip() or _COLUMNS_HEAD, *lines, ""])} if lines else files


def _is_newer(one: genericode.CodeList, other: genericode.CodeList) -> bool:
    return genericode.newest(one.version) > genericode.newest(other.version)


_COLUMNS_HEAD = "# By code list: the column with the code and the one people read. Yours to change; a new import keeps it."


def _columns(one: genericode.CodeList) -> str:
    address, of = quoted(one.uri or one.version_uri), ", ".join(one.columns)
    return f"\n[{address}]\ncode = {quoted(one.code_column)}\nlabel = {quoted(one.label_column)}  # of: {_comment(of)}"


def _comment(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", " ", text)[:200]


def _put(folder: Path, form: str, data: bytes, texts: Mapping[str, str], before: str) -> None:
    """A new folder appears whole or not at all; in a folder that is there, every file is replaced whole."""
    if not folder.exists():
        fresh = folder.with_name(f".{folder.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        for name, content in {**{name: text.encode() for name, text in texts.items()}, form: data}.items():
            (fresh / name).write_bytes(content)
        fresh.rename(folder)
        return
    for name in FORMS:
        if (folder / name).exists() and (name != form or (folder / name).read_bytes() != data):
            (folder / VERSIONS).mkdir(exist_ok=True)
            files.put(folder / VERSIONS / f"{before or 'unbekannt'}.{name.removeprefix('form.')}", (folder / name).read_bytes())
    files.put(folder / form, data)
    for name, text in texts.items():
        files.put(folder / name, text.encode())
    for name in FORMS:
        if name != form:
            (folder / name).unlink(missing_ok=True)


def _changes(there: Mapping[str, str], form: Form) -> tuple[str, ...]:
    try:
        return tuple(each.text for each in differences(federal(there), form))
    except (ServiceBroken, SchemaError):
        return ()  # new, or what was there could not be read: nothing to compare with


def _report(folder: Path, schema: Schema, renewed: bool, changes: tuple[str, ...], warnings: Sequence[str]) -> Imported:
    rules = schema.form.rules
    return Imported(
        key=folder.name,
        title=schema.info.title,
        info=schema.info,
        folder=folder,
        renewed=renewed,
        steps=len(schema.form.steps),
        questions=sum(field.kind is not Kind.LABEL for _, field in fields(schema.form)),
        rules=len(rules),
        open_rules=tuple(dict.fromkeys(f"{rule.key}: {rule.why}" for rule in rules if rule.state is State.OPEN)),
        changes=changes,
        missing_code_lists=schema.missing_code_lists,
        warnings=(*schema.form.notes, *warnings),
    )


def _key(info: SchemaInfo, target: Path) -> str:
    """The folder this schema was imported into before, else one named after its title."""
    for file in sorted(target.glob(f"*/{folders.SERVICE}")):
        if _origin(file) == info.id:
            return file.parent.name
    name = f"{PREFIX}{_short(slug(info.title, 200))}"
    return f"{name}_{slug(info.id)}" if (target / name).exists() else name


def _short(name: str) -> str:
    words = re.sub(r"^(antrag|anzeige)_(auf_|der_|zur_)?", "", name).split("_")
    while len("_".join(words)) > LONGEST_NAME and len(words) > 1:
        words.pop()
    return "_".join(words)[:LONGEST_NAME]


def _origin(file: Path) -> str:
    try:
        origin = tomllib.loads(file.read_text(encoding="utf-8")).get("origin", {})
        return str(origin.get("schema", "")) if isinstance(origin, dict) else ""
    except (OSError, ValueError):
        return ""


def _refuse(target: Path, name: str, info: SchemaInfo) -> None:
    if reason := key_error(name):
        raise SchemaError(f"„{name}“ kann nicht Schlüssel einer Leistung sein: {reason}.")
    if (target / name).exists() and _origin(target / name / folders.SERVICE) != info.id:
        raise SchemaError(f"Im Ordner {name} liegt eine andere Leistung. Bitte nennen Sie einen anderen Schlüssel.")
    if any(domain and (root / name).exists() for domain, root in folders.roots()):
        raise SchemaError(f"Eine Leistung „{name}“ gibt es schon. Bitte nennen Sie einen anderen Schlüssel.")


def _service(info: SchemaInfo, form: str, office: str, trust: str, origin: str) -> str:
    return SERVICE.format(
        form=form,
        source=quoted(origin),
        id=info.id,
        version=info.version,
        today=date.today().isoformat(),
        title=quoted(info.title),
        office=quoted(office),
        trust=quoted(trust),
        sources=quoted("; ".join(info.sources)[:1000]),
        decision=quoted(f"Entscheidung: {info.title}"),
    )


def _renewed(old: str, info: SchemaInfo) -> str:
    """The city's own file with the new version of the schema noted; everything else stays."""
    head, mark, origin = old.partition("[origin]")
    form = FORMS[0] if info.standard == "3.0" else FORMS[1]
    head = re.sub(r'(?m)^form\s*=\s*"form\.xdf[23]\.xml"', f'form = "{form}"', head, count=1)
    origin = re.sub(r'(?m)^version\s*=\s*".*"', f'version = "{info.version}"', origin, count=1)
    return head + mark + re.sub(r'(?m)^imported\s*=\s*".*"', f'imported = "{date.today().isoformat()}"', origin, count=1)


def _version(service: str) -> str:
    """The version of the schema a service.toml names, fit for the name of a file."""
    origin = tomllib.loads(service).get("origin", {}) if service else {}
    version = str(origin.get("version", "")) if isinstance(origin, dict) else ""
    return re.sub(r"[^0-9A-Za-z.]", "_", version).strip(".")[:40]
