"""The three files editors write, and how edits go into them: comments and order stay, half a file is never seen."""

import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import tomlkit
from django.conf import settings
from tomlkit.items import InlineTable, Table

from stadtkern.lib import files

from ..folders import FORM_OVERLAY, OVERLAY, RULES, Folder
from ..service import ServiceBroken

FILES = (OVERLAY, FORM_OVERLAY, RULES)
Path_ = tuple[str, ...]
Edit = tuple[Path_, Any]  # keys from the top of the file; the new value, None takes the entry out
LONGEST = 400_000  # characters of a whole file
MOST_EDITS = 2_000


class Unwritable(Exception):
    """The city's folder cannot be written; the message is German, for the editor."""


def place(folder: Folder, name: str) -> Path:
    """Where this file lies; the overlay of service.toml stands beside the folders, in the city's `services/`."""
    if name == OVERLAY:
        return folder.overlay or settings.CITY_FOLDER / "services" / f"{folder.key}.toml"
    return folder.path / name


def is_ours(folder: Folder) -> bool:
    """Whether the folder belongs to the city: only there lie the overlays of forms and rules."""
    return not folder.domain


def text_of(folder: Folder, name: str) -> str:
    """The file as it stands; empty where there is none."""
    try:
        return place(folder, name).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ServiceBroken(f"{name} lässt sich nicht lesen.") from error


def writable(folder: Folder) -> bool:
    """Whether a file could be written now; asked before somebody types."""
    target = settings.CITY_FOLDER / "services"
    parents = [target, *target.parents]
    return os.access(next(one for one in parents if one.is_dir()), os.W_OK) and (
        not is_ours(folder) or os.access(folder.path, os.W_OK)
    )


def applied(text: str, edits: Iterable[Edit]) -> str:
    """The file with these entries set or taken out; everything else, comments too, stays as it is."""
    document = tomlkit.parse(text)
    for keys, value in edits:
        _set(document, keys, value)
    return tomlkit.dumps(document)


def _set(document: Any, keys: Path_, value: Any) -> None:
    way = [document]
    for key in keys[:-1]:
        below = way[-1].get(key)
        if not isinstance(below, Mapping):
            if value is None:
                return
            inline = isinstance(way[-1], InlineTable)
            way[-1][key] = tomlkit.inline_table() if inline else tomlkit.table(is_super_table=len(way) < len(keys) - 1)
            below = way[-1][key]
        way.append(below)
    if value is not None:
        way[-1][keys[-1]] = _item(value)
        return
    way[-1].pop(keys[-1], None)
    for parent, key in zip(reversed(way[:-1]), reversed(keys[:-1]), strict=True):  # no empty tables stay behind
        if parent[key]:
            break
        parent.pop(key)


def _item(value: Any) -> Any:
    """Lists one entry a line where they are long, tables in one line, texts of several lines as such."""
    if isinstance(value, str) and "\n" in value:
        return tomlkit.string(value, multiline=True)
    if isinstance(value, dict):
        table: InlineTable | Table = tomlkit.inline_table()
        for key, one in value.items():
            table[key] = _item(one)
        return table
    if isinstance(value, (list, tuple)):
        items = tomlkit.array()
        items.extend([_item(one) for one in value])
        return items.multiline(len(str(value)) > 80)
    return value


def value_at(text: str, keys: Path_) -> Any:
    """What stands at this place of the file; None where nothing does."""
    try:
        found: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
    for key in keys:
        if not isinstance(found, dict) or key not in found:
            return None
        found = found[key]
    return found


def write(folder: Folder, name: str, text: str) -> None:
    """All or nothing; an empty text takes the file away. Raises Unwritable."""
    target = place(folder, name)
    try:
        if text.strip():
            files.put(target, text.encode())
        else:
            target.unlink(missing_ok=True)
    except OSError as error:
        raise Unwritable(
            f"Die Datei {target.name} lässt sich nicht schreiben: Der Ordner der Stadt ist schreibgeschützt oder voll. "
            "Ihr Entwurf ist gespeichert. Bitte wenden Sie sich an die Betreuung der Plattform."
        ) from error
