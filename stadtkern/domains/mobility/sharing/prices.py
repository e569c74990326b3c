"""What a ride costs: the parts of a fare as TOMP 1.5 tells them (`fare`, `farePart`), in words and worked out for a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stadtkern.ui.words import euro

SECONDS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600}
MOST_PARTS = 12


@dataclass(frozen=True)
class Part:
    """One part: FIXED once, FLEX for each begun `every` of `unit` from minute `start` on, MAX at most. Taxes are in it."""

    type: str
    euros: str  # a decimal: prices of a minute may have fractions of a cent
    every: int = 1
    unit: str = ""  # SECOND, MINUTE, HOUR, KM, MILE; "OTHER": what we cannot work out
    start: int = 0  # minutes that are free of it
    paused: bool = False  # for the time in which the ride is paused

    @property
    def amount(self) -> Decimal:
        return Decimal(self.euros)


def as_rows(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """For the database."""
    return [asdict(part) for part in parts]


def from_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[Part, ...]:
    return tuple(Part(**row) for row in rows)


def cents(value: Decimal) -> int:
    """Half a cent is rounded up."""
    return int((value * 100).quantize(Decimal(1), ROUND_HALF_UP))


def estimate(parts: Sequence[Part], seconds: int, paused: int = 0) -> int | None:
    """Cents of a ride of so many seconds, `paused` of them standing; None where the fare says what we do not measure."""
    if not parts or any(part.type != "MAX" and part.unit and part.unit not in SECONDS for part in parts):
        return None
    standing = paused if any(part.paused for part in parts) else 0  # without a price of its own a pause is a ride
    total = Decimal(0)
    for part in parts:
        if part.type == "FIXED":
            total += part.amount
        elif part.type == "FLEX":
            time = (standing if part.paused else seconds - standing) - part.start * 60
            total += part.amount * -(-max(0, time) // (part.every * SECONDS[part.unit]))
    most = [part.amount for part in parts if part.type == "MAX"]
    return cents(min([total, *most]))


def words(parts: Sequence[Part]) -> str:
    """ "1,00 € für den Start, 0,19 € je Minute, höchstens 15,00 €"; "" where nothing was said."""
    return ", ".join(_said(part) for part in parts)


def _said(part: Part) -> str:
    whole = part.amount == part.amount.quantize(Decimal("0.01"))
    price = euro(cents(part.amount)) if whole else f"{number_format(part.amount)}\u00a0€"
    if part.type == "FIXED":
        return _("%(price)s für den Start") % {"price": price}
    if part.type == "MAX":
        return _("höchstens %(price)s") % {"price": price}
    text = _("%(price)s je %(unit)s") % {"price": price, "unit": _unit(part)}
    if part.start:
        text = _("ab der %(n)s. Minute %(text)s") % {"n": part.start + 1, "text": text}
    return _("in der Pause %(text)s") % {"text": text} if part.paused else text


def _unit(part: Part) -> str:
    n = part.every
    names = {
        "SECOND": ngettext("Sekunde", "%(n)s Sekunden", n),
        "MINUTE": ngettext("Minute", "%(n)s Minuten", n),
        "HOUR": ngettext("Stunde", "%(n)s Stunden", n),
        "KM": ngettext("Kilometer", "%(n)s Kilometer", n),
        "MILE": ngettext("Meile", "%(n)s Meilen", n),
    }
    name = names.get(part.unit, _("weitere Einheit"))
    return name % {"n": n} if "%(n)s" in name else name
