"""Service folders on disk: where they lie, whether they changed, what stands in them."""

import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from stadtkern.lib.forms.model import Form

from .audit import faults
from .confirmed import with_confirmed
from .fee import TABLES
from .fim_form import FORMS, federal, is_part
from .overlay import Laid, laid_over
from .prefill import combined
from .schema import TEMPLATE, read_service
from .service import Service, ServiceBroken
from .steps import read_steps
from .table import Table

Stamp = tuple[tuple[str, int, int], ...]
SERVICE, OVERLAY, FORM_OVERLAY = "service.toml", "overlay.toml", "form.overlay.toml"
RULES = "rules.overlay.toml"  # what the city's people say the rules of an imported form mean
_WATCHED = (".toml", ".typ", ".xml")
_DATA: dict[Path, str] = {}  # folder -> the city's file its rules read, as service.toml says


@dataclass(frozen=True)
class Folder:
    """One service folder and, beside it, the city's overlay."""

    key: str
    path: Path
    domain: str
    overlay: Path | None
    changed: Mapping[str, str] = field(default_factory=dict, compare=False)  # a draft: texts instead of those on disk

    def stamp(self) -> Stamp:
        """Names, times and sizes of everything that matters: another stamp means read again."""
        with os.scandir(self.path) as entries:
            found = [(e.name, e.stat()) for e in entries if e.name.endswith(_WATCHED)]
        if self.overlay:
            found.append((OVERLAY, self.overlay.stat()))
        if (data := _DATA.get(self.path)) and (file := settings.CITY_FOLDER / data).is_file():
            found.append((data, file.stat()))
        return tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in found))

    def text(self, name: str) -> str | None:
        """One file as text, None where it is missing; OVERLAY is the city's file."""
        if name in self.changed:
            return self.changed[name] or None
        file = self.overlay if name == OVERLAY else self.path / name
        try:
            text = file.read_bytes().decode("utf-8-sig") if file else None
        except FileNotFoundError:
            return None
        if text is None:
            return None
        if "\0" in text:
            raise ServiceBroken(f"{name}: enthält ein NUL-Zeichen.")
        return text

    def files(self, template: str, known: Mapping[str, str] | None = None, data: str = "") -> dict[str, str]:
        """Everything that shapes an application: name -> text. Rules and examples are not part of it.

        `data`: the city's file that the rules read; a city without it has no zones, no tariff table, nothing.
        """
        there = os.listdir(self.path)  # noqa: PTH208 - names only, and called for every folder at once
        names = [name for name in there if name in (SERVICE, FORM_OVERLAY, RULES, template) or is_part(name)]
        found = dict(known or {})
        for name in dict.fromkeys((*names, OVERLAY, *self.changed)):
            if name not in found and (text := self.text(name)) is not None:
                found[name] = text
        found[template] = _template(found.get(template), template)
        if data:
            found[data] = _city_text(settings.CITY_FOLDER / data)
        return found


def _city_text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _template(text: str | None, name: str) -> str:
    if text is None and name != TEMPLATE:
        raise ServiceBroken(f"{name}: diese Vorlage fehlt im Ordner.")
    return general_template() if text is None else text


@cache
def general_template() -> str:
    """The letter for services without one of their own."""
    return (Path(__file__).parent / TEMPLATE).read_text(encoding="utf-8")


def roots() -> list[tuple[str, Path]]:
    """Where service folders lie: the domains this city has switched on, then the city's own ("")."""
    domains = settings.ROOT / "stadtkern" / "domains"
    return [*((name, domains / name / "services") for name in settings.DOMAINS), ("", settings.CITY_FOLDER / "services")]


def find_folders(problems: dict[str, list[str]]) -> Iterator[Folder]:
    """Every service folder, the first of each key; what cannot be used is told in `problems` by key."""
    overlays = {file.stem: file for file in _entries(settings.CITY_FOLDER / "services") if file.suffix == ".toml"}
    seen: set[str] = set()
    for domain, root in roots():
        for path in _entries(root):
            if not path.is_dir() or path.name.startswith(("_", ".")):
                continue
            if path.name in seen:
                text = f"Dieser Schlüssel ist schon vergeben. Eine Änderung gehört in services/{path.name}.toml."
                problems[f"{path.name} ({path.parent.parent.name})"] = [text]
                continue
            seen.add(path.name)
            yield Folder(path.name, path, domain, overlays.pop(path.name, None))
    for key, file in overlays.items():
        problems[key] = [f"{file.name}: es gibt keine Leistung „{key}“, die diese Datei ändern könnte."]


def folder_of(key: str) -> Folder | None:
    """The folder of this service, also of one that is broken."""
    return next((folder for folder in find_folders({}) if folder.key == key), None)


def _entries(root: Path) -> list[Path]:
    try:
        return sorted(root.iterdir())
    except OSError:
        return []


def load(folder: Folder) -> tuple[Service | None, list[str]]:
    """The service of a folder and what is wrong with it. A form in XML is not read yet."""
    problems: list[str] = []
    try:
        texts = {name: text for name in (SERVICE, OVERLAY) if (text := folder.text(name)) is not None}
        if SERVICE not in texts:
            return None, [f"{SERVICE} fehlt."]
        raw = merged(texts, problems)
        template, data = _name_of_template(raw), str(raw.get("data", ""))
        _DATA[folder.path] = data
        if "form" in raw:
            service = assemble(
                folder.key, folder.domain, raw, lambda: folder.files(template, None, data), problems, folder.path
            )
            if not (folder.path / str(raw["form"])).is_file():
                problems.append(f"{raw['form']} fehlt.")
        else:
            files = folder.files(template, texts, data)
            service = assemble(folder.key, folder.domain, raw, lambda: files, problems, folder.path)
            if not problems:
                problems += faults(service)
        return service, problems
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ServiceBroken) as error:
        return None, [*problems, _said(error)]


def _name_of_template(raw: Mapping[str, Any]) -> str:
    decision = raw.get("decision")
    name = decision.get("template") if isinstance(decision, dict) else None
    return name if isinstance(name, str) and "/" not in name else TEMPLATE


def _said(error: Exception) -> str:
    if isinstance(error, tomllib.TOMLDecodeError):
        return f"{SERVICE} ist kein gültiges TOML: {error}"
    if isinstance(error, UnicodeDecodeError):
        return "Eine Datei ist nicht in UTF-8 gespeichert."
    return str(error)


def merged(texts: Mapping[str, str], problems: list[str]) -> dict[str, Any]:
    """service.toml with the city's overlay laid over it: tables are merged, everything else is replaced."""
    raw = tomllib.loads(texts[SERVICE])
    if OVERLAY not in texts:
        return raw
    over = tomllib.loads(texts[OVERLAY])
    fees, tariff = over.get("fee"), raw.get("fee")
    for key in fees if isinstance(fees, dict) else ():
        if key not in TABLES and (not isinstance(tariff, dict) or key not in tariff):
            problems.append(f"[fee] {key}: die Satzung der Stadt ändert einen Betrag, den die Leistung nicht kennt.")
    return _merge(raw, over)


def _merge(base: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        result[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result


def assemble(
    key: str,
    domain: str,
    raw: dict[str, Any],
    read_files: Callable[[], Mapping[str, str]],
    problems: list[str],
    folder: Path | None = None,
    *,
    strict: bool = True,
) -> Service:
    """A service from its merged table; `read_files` gives the texts when the form is needed.

    Not `strict`: mistakes in the city's overlay of a form are passed over, as an edition must be read for ever.
    """
    of_overlay: dict[str, str] = {}  # known once the form is built

    def build_form(files: Mapping[str, str]) -> Form:
        if "form" not in raw:
            return read_steps(Table(raw, SERVICE, problems), str(raw.get("title", "")))
        complaints: list[str] = []
        form, _ = with_confirmed(federal(files), files.get(RULES), complaints)
        laid = _laid(form, files, complaints)
        if complaints and strict:
            raise ServiceBroken(" ".join(complaints))
        of_overlay.update(laid.prefill)
        return laid.form

    def read_prefill(form: Form, written: Mapping[str, str]) -> dict[str, str]:
        return combined(form, written, of_overlay)

    by_blocks = read_prefill if "form" in raw else None
    return read_service(key, domain, raw, read_files, build_form, problems, folder, by_blocks)


def _laid(form: Form, files: Mapping[str, str], complaints: list[str]) -> Laid:
    """The city's overlay over an imported form; a file that is no TOML counts as none."""
    if FORM_OVERLAY not in files:
        return Laid(form)
    try:
        table = Table(tomllib.loads(files[FORM_OVERLAY]), FORM_OVERLAY, complaints)
    except tomllib.TOMLDecodeError as error:
        complaints.append(f"{FORM_OVERLAY} ist kein gültiges TOML: {error}")
        return Laid(form)
    return laid_over(form, table)


def stale(files: Mapping[str, str]) -> tuple[str, ...]:
    """What the city wrote over an imported form and the present version of the schema has no place for."""
    if not any(name in files for name in FORMS):
        return ()
    form, gone = with_confirmed(federal(files), files.get(RULES), [])
    return (*_laid(form, files, []).stale, *gone)
