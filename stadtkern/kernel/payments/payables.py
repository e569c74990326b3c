"""What can be paid without a case (donation, top-up, ticket): `payables.toml` of the city, read once."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from stadtkern.kernel.city.profile import city
from stadtkern.lib.money import from_typed
from stadtkern.ui.words import euro

from .bill import Item

KINDS = ("donation", "topup", "ticket")
KEYS = {"key", "kind", "title", "text", "least", "most", "suggested", "ask", "hint", "pattern", "tax", "choices"}


class Wrong(Exception):
    """What was typed cannot be paid; the message says what to type, `field` where."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Choice:
    """A ticket with its price."""

    key: str
    label: str
    cents: int
    most: int


@dataclass(frozen=True)
class Payable:
    """One thing on offer."""

    key: str
    kind: str
    title: str
    text: str
    least: int = 0
    most: int = 0
    suggested: tuple[int, ...] = ()
    ask: str = ""
    hint: str = ""
    pattern: str = ""
    tax_bp: int = 0
    choices: tuple[Choice, ...] = ()

    def bill(self, typed: Mapping[str, str]) -> list[Item]:
        """The positions of what was typed. Raises Wrong."""
        if not self.choices:
            cents = from_typed(typed.get("betrag", ""))
            if cents is None or not self.least <= cents <= self.most:
                text = _("Bitte nennen Sie einen Betrag zwischen %(least)s und %(most)s, zum Beispiel 25,00.")
                raise Wrong("betrag", text % {"least": euro(self.least), "most": euro(self.most)})
            return [Item(self.title, cents, self.tax_bp)]
        items = []
        for one in self.choices:
            count = typed.get(one.key, "").strip() or "0"
            if not (count.isascii() and count.isdigit() and len(count) < 4 and int(count) <= one.most):
                raise Wrong(one.key, _("Bitte geben Sie eine Zahl von 0 bis %s ein.") % one.most)
            if int(count):
                items.append(Item(f"{count} × {one.label}", int(count) * one.cents, self.tax_bp))
        if not items:
            raise Wrong(self.choices[0].key, _("Bitte wählen Sie mindestens eine Karte."))
        return items

    def answer(self, typed: Mapping[str, str]) -> str:
        """What besides the amount was asked for (the number of a card). Raises Wrong."""
        said = typed.get("angabe", "").replace("\x00", "").strip()[:100]
        if self.ask and not re.fullmatch(self.pattern or r".{1,100}", said):
            raise Wrong("angabe", _("Bitte prüfen Sie diese Angabe: %s.") % (self.hint or self.ask))
        return said


def payables() -> Mapping[str, Payable]:
    """By key; empty where the city offers nothing. ValueError says what is wrong with the file."""
    return _read(city().folder / "payables.toml")


@cache
def _read(file: Path) -> Mapping[str, Payable]:
    if not file.exists():
        return {}
    listed = tomllib.loads(file.read_text(encoding="utf-8")).get("payables", [])
    found = [_payable(raw, file) for raw in listed]
    if len({one.key for one in found}) != len(found):
        raise ValueError(f"{file}: a key stands there twice")
    return {one.key: one for one in found}


def _payable(raw: dict[str, Any], file: Path) -> Payable:
    where = f"{file}: {raw.get('key', '?')}"
    if unknown := set(raw) - KEYS:
        raise ValueError(f"{where}: unknown {', '.join(sorted(unknown))}")
    if raw.get("kind") not in KINDS or not re.fullmatch(r"[a-z][a-z0-9_]{1,29}", str(raw.get("key"))):
        raise ValueError(f"{where}: kind is one of {', '.join(KINDS)}, key up to 30 small letters")
    choices = tuple(Choice(**one) for one in raw.get("choices", []))
    if bool(choices) == bool(raw.get("most")) or any(one.cents <= 0 or one.most <= 0 for one in choices):
        raise ValueError(f"{where}: either least and most, or choices with cents and most")
    if not choices and not 0 < raw.get("least", 0) <= raw["most"]:
        raise ValueError(f"{where}: least and most do not fit")
    re.compile(str(raw.get("pattern", "")))
    texts = {name: str(raw.get(name, "")) for name in ("key", "kind", "title", "text", "ask", "hint", "pattern")}
    return Payable(
        **texts, least=int(raw.get("least", 0)), most=int(raw.get("most", 0)), suggested=tuple(raw.get("suggested", ())),
        tax_bp=round(float(raw.get("tax", 0)) * 100), choices=choices,
    )  # fmt: skip
