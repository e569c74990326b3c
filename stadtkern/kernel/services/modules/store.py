"""The modules of an entry as a file of the city: `cities/<city>/directory/<key>.toml`, read again when it changes.

Keys are those of the directory (LeiKa key, OZG id, `<OZG id>-<nn>`). `[de]`, `[en]`, `[leicht]` hold the modules; `[source]`
says from whom an import came. What an import brought and no field shows lies beside it as `<key>.xzufi.xml` and goes out again.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomlkit
from django.conf import settings

from stadtkern.lib.xzufi import html

from .fields import BY_KEY, FIELDS, LANGUAGES, LONGEST, MOST_SYNONYMS

KEY = re.compile(r"\d{14}|\d{5}(?:-\d{2,3})?")
SOURCE = ("agency", "id", "version", "changed", "digest")
Texts = Mapping[str, Mapping[str, str]]  # language -> field -> text


@dataclass(frozen=True)
class Modules:
    """The texts of one entry; empty where the city has none. `problems`: German sentences about a file made by hand."""

    key: str
    texts: Texts = field(default_factory=dict)
    source: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    changed: float = 0.0  # when the file was last written, seconds since 1970

    def __bool__(self) -> bool:
        return any(self.texts.values())

    def get(self, name: str, language: str = "de") -> str:
        """One module in this language, German where it is missing there."""
        return self.texts.get(language, {}).get(name) or self.texts.get("de", {}).get(name, "")

    def own(self, name: str, language: str) -> str:
        """One module in exactly this language."""
        return self.texts.get(language, {}).get(name, "")

    def synonyms(self, language: str = "de") -> tuple[str, ...]:
        """Words people search for."""
        return tuple(self.own("synonyms", language).splitlines())


def folder() -> Path:
    """Where the files lie."""
    return Path(settings.CITY_FOLDER) / "directory"


def path_of(key: str) -> Path:
    """The file of an entry; ValueError for what is no key of the directory."""
    if not KEY.fullmatch(key):
        raise ValueError(key)
    return folder() / f"{key}.toml"


def original_of(key: str) -> Path:
    """The object an import brought, as it came."""
    return path_of(key).with_suffix(".xzufi.xml")


def original_bytes(key: str) -> bytes:
    """The object an import brought, b"" where there is none."""
    try:
        return original_of(key).read_bytes()
    except OSError:
        return b""


_known: dict[Path, tuple[int, int, Modules]] = {}


def modules(key: str) -> Modules:
    """The texts of an entry; read once and again when the file changes."""
    try:
        file = path_of(key)
        stat = file.stat()
    except (ValueError, OSError):
        return Modules(key)
    known = _known.get(file)
    if known is None or known[:2] != (stat.st_mtime_ns, stat.st_size):
        if len(_known) > 10_000:
            _known.clear()
        known = _known[file] = (stat.st_mtime_ns, stat.st_size, _read(file, key, stat.st_mtime))
    return known[2]


def everything() -> Iterator[Modules]:
    """Every entry the city has texts for, in the order of the keys."""
    try:
        names = sorted(file.stem for file in folder().iterdir() if file.suffix == ".toml" and KEY.fullmatch(file.stem))
    except OSError:
        return
    for name in names:
        if found := modules(name):
            yield found


def faults() -> list[str]:
    """What is wrong with the files in the folder, German sentences."""
    try:
        files = sorted(file for file in folder().iterdir() if file.suffix == ".toml" and not file.name.startswith("."))
    except OSError:
        return []
    odd = [
        f"directory/{file.name}: der Name ist kein Schlüssel des Verzeichnisses."
        for file in files
        if not KEY.fullmatch(file.stem)
    ]
    return odd + [sentence for file in files if KEY.fullmatch(file.stem) for sentence in modules(file.stem).problems]


def text_of(key: str) -> str:
    """The file as it stands, "" where there is none."""
    try:
        return path_of(key).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""


def _read(file: Path, key: str, changed: float) -> Modules:
    try:
        return parse(file.read_text(encoding="utf-8-sig"), key, changed)
    except (OSError, UnicodeDecodeError):
        return Modules(key, problems=(f"{file.name} lässt sich nicht lesen.",))


def parse(text: str, key: str, changed: float = 0.0) -> Modules:
    """A file's text; what is wrong in it is left out and said."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Modules(key, problems=(f"{key}.toml ist kein gültiges TOML: {error}",), changed=changed)
    problems: list[str] = []
    texts = {
        language: _language(raw[language], f"{key}.toml [{language}]", problems) for language in LANGUAGES if language in raw
    }
    problems += [f"{key}.toml: [{name}] gibt es nicht." for name in raw if name not in (*LANGUAGES, "source")]
    source = raw.get("source", {})
    known = {name: str(value) for name, value in source.items() if name in SOURCE} if isinstance(source, dict) else {}
    return Modules(key, {language: table for language, table in texts.items() if table}, known, tuple(problems), changed)


def _language(raw: Any, place: str, problems: list[str]) -> dict[str, str]:
    if not isinstance(raw, dict):
        problems.append(f"{place}: muss eine Tabelle sein.")
        return {}
    found = {}
    for name, value in raw.items():
        if name not in BY_KEY:
            problems.append(f"{place} {name}: diesen Baustein gibt es nicht.")
            continue
        words = isinstance(value, list) and all(isinstance(one, str) for one in value)
        if not isinstance(value, str) and not (words and BY_KEY[name].kind == "words"):
            problems.append(f"{place} {name}: muss ein Text sein.")
            continue
        if text := _normal(name, value if isinstance(value, str) else "\n".join(value)):
            found[name] = text
    return found


def _normal(name: str, text: str) -> str:
    """A text as it stands in a file, blanks put in order; HTML is made safe where it is shown or sent."""
    text = text[: 2 * LONGEST].replace("\0", "").replace("\r\n", "\n")
    if BY_KEY[name].kind == "html":
        return text.strip()
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    return "\n".join(dict.fromkeys(lines[:MOST_SYNONYMS])) if BY_KEY[name].kind == "words" else " ".join(lines)


def digest(texts: Texts) -> str:
    """What these texts are recognised by."""
    flat = [f"{language}\0{name}\0{text}" for language, table in texts.items() for name, text in table.items() if text]
    return hashlib.sha256("\1".join(sorted(flat)).encode()).hexdigest()[:20]


def tidy(name: str, text: str) -> str:
    """A module somebody typed or sent, as it may be kept: safe HTML, or plain words; at most LONGEST characters."""
    text = text[: 2 * LONGEST].replace("\r\n", "\n")
    if BY_KEY[name].kind == "html":
        return html.clean(text) if html.plain(text) else ""
    return _normal(name, html.plain(text))


def written(before: str, texts: Texts, source: Mapping[str, str] | None = None) -> str:
    """The file's text with these modules; other keys and comments stay. Empty modules are taken out."""
    document = tomlkit.parse(before)
    for language, table in texts.items():
        place = document.setdefault(language, tomlkit.table()) if any(table.values()) else document.get(language)
        for name in [one.key for one in FIELDS if one.key in table]:
            if table[name] and place is not None:
                place[name] = _item(name, table[name])
            elif place is not None:
                place.pop(name, None)
        if place is not None and not place:
            document.pop(language, None)
    if source:
        document["source"] = {name: source[name] for name in SOURCE if source.get(name)}
    return tomlkit.dumps(document)


def _item(name: str, text: str) -> Any:
    if BY_KEY[name].kind == "words":
        return tomlkit.item(text.splitlines()).multiline(True)
    return tomlkit.string(text, multiline="\n" in text and '"""' not in text and "\\" not in text)
