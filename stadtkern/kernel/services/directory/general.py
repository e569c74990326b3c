"""Every entry can be begun: the general application with the entry's name, key and office laid over it.

Such a service is made from the folder `allgemeiner_antrag` when it is asked for, and published like any other: its edition
keeps title and office of the day, so the case, the desk and the letters are called what they are about.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from .. import folders
from ..service import Service
from . import books
from .entry import Entry
from .responsibility import Rules, rules

BASE = "allgemeiner_antrag"
PREFIX = "antrag_"
_KEY = re.compile(r"antrag_(\d{14}|\d{5}(?:_\d\d)?)(?:__([a-z0-9_]{1,60}))?")
_FIELD = "entry"  # the locked answer that names the entry


def key_of(entry: Entry, office: str = "") -> str:
    """Key of the service that takes applications for this entry; `office` where the district decides."""
    return f"{PREFIX}{entry.key.replace('-', '_')}" + (f"__{office}" if office else "")


def entry_of(key: str) -> Entry | None:
    """The entry behind such a key; None for any other."""
    found = _KEY.fullmatch(key)
    return books.entries().get(found[1].replace("_", "-")) if found else None


def service(key: str, base: Service | None) -> Service | None:
    """The general application for an entry; None where there is none.

    `retired` (no new applications) where the city is not responsible, or several offices are and none is named.
    """
    entry = entry_of(key)
    return _made(key, entry, base, rules()) if entry and base else None


@lru_cache(maxsize=500)
def _made(key: str, entry: Entry, base: Service, rules_: Rules) -> Service:
    found = rules_.responsible(entry)
    named = (_KEY.fullmatch(key) or [None, None, None])[2]
    office = named if named in found.offices else found.offices[0] if len(found.offices) == 1 and not named else ""
    files = dict(base.read_files())
    texts = {name: files.pop(name) for name in (folders.SERVICE, folders.OVERLAY) if name in files}
    raw = _laid_over(folders.merged(texts, []), entry, office or base.office)
    files[folders.SERVICE] = "\n".join(f"{name} = {toml(value)}" for name, value in raw.items()) + "\n"
    problems: list[str] = []
    made = folders.assemble(key, base.domain, raw, lambda: files, problems)
    return replace(made, retired=base.retired or not office)


def _laid_over(raw: dict[str, Any], entry: Entry, office: str) -> dict[str, Any]:
    says = f"LeiKa {entry.leika}" if entry.leika else f"OZG {entry.ozg}"
    steps = [{**step, "fields": [_named(part, f"{entry.name} ({says})") for part in step["fields"]]} for step in raw["steps"]]
    texts = {
        language: {name: text for name, text in said.items() if name not in ("title", "synonyms")}
        for language, said in raw.get("texts", {}).items()
    }
    decision = {name: value for name, value in raw["decision"].items() if name != "by"}
    own = {"title": entry.name, "office": office, "for": list(entry.audiences), "decision": decision, "synonyms": []}
    return {**raw, **own, "leika": entry.leika, "steps": steps, "texts": texts}


def _named(part: dict[str, Any], name: str) -> dict[str, Any]:
    return {**part, "default": name} if part.get("name") == _FIELD else part


def toml(value: object) -> str:
    """A value as TOML on one line; tables are inline."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(name))} = {toml(below)}" for name, below in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(below) for below in value) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value) if isinstance(value, (bool, int, float)) else str(value)
