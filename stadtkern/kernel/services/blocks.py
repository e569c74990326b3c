"""Building blocks of forms: `kind = "contact"` stands for the same fields in every service, with their translations."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from stadtkern.lib.forms import composites


@cache
def _file() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "blocks.toml").read_text(encoding="utf-8"))


def blocks() -> Mapping[str, Any]:
    """Blocks beside those of lib/forms (address, person, bank_account): kind -> raw fields."""
    found: Mapping[str, Any] = _file()["fields"]
    return found


def words(kind: str, language: str) -> Mapping[str, Any]:
    """`{"fields": {part: label}, "help": {part: help}}` of a block in another language."""
    found: Mapping[str, Any] = _file().get(language, {}).get(kind, {})
    return found


def _usual(kind: str) -> list[str]:
    if kind in composites.KINDS:
        return [child.key for child in composites.expand(kind, kind, kind).children]
    return [field["name"] for field in blocks().get(kind, ())]


def block_texts(steps: object, language: str) -> dict[str, dict[str, str]]:
    """Labels and help, by path, of the blocks used in raw `[[steps]]`; German where the language is not written."""
    found: dict[str, dict[str, str]] = {"fields": {}, "help": {}}
    for step in steps if isinstance(steps, list) else ():
        _collect(step, "", language, found)
    return found


def _collect(part: object, prefix: str, language: str, found: dict[str, dict[str, str]]) -> None:
    items = part.get("fields") if isinstance(part, dict) else None
    for item in items if isinstance(items, list) else ():
        if not isinstance(item, dict):
            continue
        path, kind = f"{prefix}{item.get('name')}", item.get("kind")
        if isinstance(kind, str) and kind in _file().get(language, ()):
            parts = item.get("parts") or _usual(kind)
            for table, texts in found.items():
                for name, text in words(kind, language).get(table, {}).items():
                    if name.partition("#")[0] in parts:
                        texts[f"{path}/{name}"] = text
        _collect(item, f"{path}/", language, found)
