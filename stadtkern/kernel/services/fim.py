"""A federal schema (XDatenfelder 3) becomes a service folder of this city; the schema itself is copied, never changed."""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from stadtkern.lib.forms import genericode
from stadtkern.lib.forms.model import Field, Form, Group, Kind, fields
from stadtkern.lib.forms.sample import NoSample, valid_answers
from stadtkern.lib.forms.shape import find
from stadtkern.lib.forms.show import input_text
from stadtkern.lib.forms.walk import is_ticks
from stadtkern.lib.forms.xdf3 import Schema, SchemaError, SchemaInfo, load
from stadtkern.lib.forms.xml import bytes_of

from . import folders
from .examples import NAME as EXAMPLES
from .service import key_error
from .steps import slug

PREFIX = "fim_"
LONGEST_NAME = 70
SERVICE = """\
# Imported from FIM ({id} {version}). Texts, office, fee, deadline and retention are the city's: a new import keeps this file.
# The schema belongs to its editors and must not be published; .gitignore keeps it out of the repository.
title = {title}
teaser = "Das können Sie hier online erledigen."
office = {office}
for = ["citizens", "companies"]  # to be narrowed
trust = {trust}
legal_basis = {sources}
form = "form.xdf3.xml"

[origin]
schema = "{id}"
version = "{version}"
imported = "{today}"

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
    notes: int  # rules in prose, shown to staff, not enforced
    missing_code_lists: tuple[str, ...]
    warnings: tuple[str, ...]


def import_schema(
    source: Path, target: Path, *, office: str, key: str = "", trust: str = "basic", code_lists: Path | None = None
) -> Imported:
    """Read the schema, then write `target/<key>/`; nothing is written for a file that cannot be used (SchemaError)."""
    data = bytes_of(source)
    try:
        if "\0" in data.decode("utf-8"):
            raise SchemaError("Die Datei enthält NUL-Zeichen.")
    except UnicodeDecodeError as error:
        raise SchemaError("Die Datei ist nicht in UTF-8 gespeichert.") from error
    lists = _lists(load(data), code_lists)
    schema = load(data, {uri: one.options for one, _ in lists.values() for uri in (one.uri, one.version_uri) if uri})
    if not any(True for _ in fields(schema.form)):
        raise SchemaError("Das Schema enthält keine Fragen.")
    name = key or _key(schema.info, target)
    _refuse(target, name, schema.info)
    folder = target / name
    renewed = folder.exists()
    old = (folder / folders.SERVICE).read_text(encoding="utf-8") if renewed else ""
    texts = {folders.SERVICE: _renewed(old, schema.info) if renewed else _service(schema.info, office, trust)}
    texts |= {f"{slug(one.title or name)}{folders.LIST}": text for name, (one, text) in lists.items()}
    examples, warnings = _examples(schema.form)
    texts |= {EXAMPLES: examples, ".gitignore": "*\n"}
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / folders.FORM, data)
    for name, text in texts.items():
        _write(folder / name, text.encode())
    return _report(folder, schema, renewed, warnings)


def _report(folder: Path, schema: Schema, renewed: bool, warnings: Sequence[str]) -> Imported:
    questions = sum(field.kind is not Kind.LABEL for _, field in fields(schema.form))
    return Imported(
        key=folder.name,
        title=schema.info.title,
        info=schema.info,
        folder=folder,
        renewed=renewed,
        steps=len(schema.form.steps),
        questions=questions,
        notes=len(schema.form.notes),
        missing_code_lists=schema.missing_code_lists,
        warnings=tuple(warnings),
    )


def _lists(schema: Schema, folder: Path | None) -> dict[str, tuple[genericode.CodeList, str]]:
    """The code lists this schema names, from a folder of genericode files; of several versions the newest."""
    found: dict[str, tuple[genericode.CodeList, str]] = {}
    for file in sorted(folder.glob("*.xml")) if folder else ():
        one = genericode.read(file)
        if {one.uri, one.version_uri} & set(schema.missing_code_lists):
            known = found.get(one.uri)
            if known is None or known[0].version < one.version:
                found[one.uri] = (one, bytes_of(file).decode("utf-8"))
    return found


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


def _service(info: SchemaInfo, office: str, trust: str) -> str:
    return SERVICE.format(
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
    origin = re.sub(r'(?m)^version\s*=\s*".*"', f'version = "{info.version}"', origin, count=1)
    return head + mark + re.sub(r'(?m)^imported\s*=\s*".*"', f'imported = "{date.today().isoformat()}"', origin, count=1)


def _examples(form: Form) -> tuple[str, list[str]]:
    """Two invented applications that the form accepts; a warning where none was found."""
    parts, warnings = ["# Invented answers, made by the import.\n"], []
    for seed in (0, 1):
        try:
            answers = valid_answers(form, seed)
        except NoSample as error:
            warnings.append(f"Zu diesem Formular wurden keine passenden Beispielangaben gefunden ({error}).")
            break
        lines = [f"{quoted(path)} = {quoted(text)}" for path, text in _texts(form, answers).items()]
        parts.append("\n".join([f'[[examples]]\ntitle = "Erfundene Angaben {seed + 1}"\n[examples.answers]', *lines, ""]))
    return "\n".join(parts), warnings


def _texts(form: Form, answers: Mapping[str, object]) -> dict[str, str]:
    """Answers as people type them."""
    found: dict[str, str] = {}
    for path, value in answers.items():
        element = find(form, path)
        if isinstance(element, Group):
            found |= {path: str(value)} if element.choice else {}
        elif isinstance(element, Field) and not (element.locked or element.hidden):
            if isinstance(value, bool):
                found[path] = "ja" if value else "nein"
            else:
                found[path] = str(value) if is_ticks(element) else input_text(element, value)
    return found


def quoted(text: str) -> str:
    """A TOML basic string."""
    return json.dumps(text.replace("\x7f", ""), ensure_ascii=False)


def _write(file: Path, data: bytes) -> None:
    """All or nothing: whoever reads sees the old file or the new one."""
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_bytes(data)
    fresh.replace(file)
