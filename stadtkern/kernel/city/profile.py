"""The city as data: `cities/<key>/city.toml`, read once."""

import importlib
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from django.conf import settings


@dataclass(frozen=True)
class City:
    """One municipality; every city-specific text, colour and switch comes from here."""

    key: str
    name: str
    ags: str  # amtlicher Gemeindeschlüssel, 8 digits
    state: str  # Land, ISO 3166-2 without "DE-": "NW"
    folder: Path
    domains: tuple[str, ...] = ()
    adapters: dict[str, str] = field(default_factory=dict)  # room -> adapter file name
    colours: dict[str, str] = field(default_factory=dict)
    contact: dict[str, str] = field(default_factory=dict)  # street, postcode, town, phone, email, web
    texts: dict[str, str] = field(default_factory=dict)
    raw: dict[str, Any] = field(default_factory=dict)  # everything, for rooms with a table of their own

    @property
    def local_holidays(self) -> tuple[str, ...]:
        """Holidays this municipality has besides those of its Land (names in lib/calendar.py): `[holidays] local = […]`."""
        return tuple(self.raw.get("holidays", {}).get("local", ()))

    def texts_in(self, language: str) -> dict[str, str]:
        """The city's own words in the reader's language; German where there is no translation."""
        return {**self.texts, **self.raw.get("texts_en", {})} if language == "en" else self.texts

    def adapter(self, room: str) -> ModuleType:
        """The module behind a plug: `[payments] adapter = "demo"` is `kernel/payments/adapters/demo.py`."""
        return importlib.import_module(f"stadtkern.kernel.{room}.adapters.{self.adapters.get(room, 'demo')}")


@cache
def city() -> City:
    """The city this installation serves."""
    return load(settings.CITY_FOLDER)


def load(folder: Path) -> City:
    """Read `city.toml` in `folder`; a missing required key raises KeyError with its name."""
    raw = tomllib.loads((folder / "city.toml").read_text(encoding="utf-8"))
    raw["personas"] = _personas(folder / "seed" / "people.toml")
    return City(
        key=folder.name,
        name=raw["name"],
        ags=raw["ags"],
        state=raw["state"],
        folder=folder,
        domains=tuple(raw.get("domains", ())),
        adapters={room: table["adapter"] for room, table in raw.items() if isinstance(table, dict) and "adapter" in table},
        colours=raw.get("colours", {}),
        contact=raw.get("contact", {}),
        texts=raw.get("texts", {}),
        raw=raw,
    )


def _personas(file: Path) -> list[dict[str, Any]]:
    """The people one can become in the demo: email, title, text, role."""
    if not file.exists():
        return []
    listed: list[dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))["personas"]
    return [{"title": f"{one['given_names']} {one['family_name']}", **one} for one in listed]
