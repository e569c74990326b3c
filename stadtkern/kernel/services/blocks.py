"""Building blocks of forms: `kind = "address"` stands for the same four fields in every service."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any


@cache
def blocks() -> Mapping[str, Any]:
    """`person`, `address`, `company`, `contact`: `{"fields": [...], "en": {"fields": {...}, "help": {...}}}`."""
    return tomllib.loads((Path(__file__).parent / "blocks.toml").read_text(encoding="utf-8"))


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
        if isinstance(kind, str) and kind in blocks():
            words = blocks()[kind].get(language, {})
            for table, texts in found.items():
                texts |= {f"{path}/{name}": text for name, text in words.get(table, {}).items()}
        _collect(item, f"{path}/", language, found)
