"""The lines of a bill: gross amounts with the tax they contain, reductions below zero with their reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from stadtkern.lib.money import tax_on, tax_within

from .models import Position

Kind = Position.Kind


class Line(Protocol):
    """One line of a bill, for example a FeeLine of a service; it may also carry `tax_bp` and `reason`."""

    @property
    def label(self) -> str: ...
    @property
    def cents(self) -> int: ...


@dataclass(frozen=True)
class Item:
    """A line with its tax: gross cents, contained tax in basis points; below zero with a reason it is a reduction."""

    label: str
    cents: int
    tax_bp: int = 0
    reason: str = ""
    kind: str = Kind.FEE
    account: str = ""  # of the chart; by kind where it is empty
    tax: int | None = None  # where it is known already: what undoes a booking undoes its rounding, too

    @classmethod
    def net(cls, label: str, net_cents: int, tax_bp: int, reason: str = "") -> "Item":
        """From a net amount: the tax is added, rounded half up per line."""
        return cls(label, net_cents + tax_on(net_cents, tax_bp), tax_bp, reason)

    @property
    def tax_cents(self) -> int:
        """Rounded half up per line; the net is the rest, so that sums are exact."""
        return tax_within(self.cents, self.tax_bp) if self.tax is None else self.tax

    @property
    def net_cents(self) -> int:
        return self.cents - self.tax_cents

    def turned(self, reason: str) -> "Item":
        """What undoes it to the cent."""
        return Item(self.label, -self.cents, self.tax_bp, reason, Kind.REDUCTION, self.account, -self.tax_cents)


def as_items(lines: Sequence[Line]) -> list[Item]:
    """Lines of whatever origin as booked positions; lines of zero are left out."""
    found = [
        line
        if isinstance(line, Item)
        else Item(line.label, line.cents, getattr(line, "tax_bp", 0), getattr(line, "reason", ""))
        for line in lines
    ]
    return [
        Item(line_text(item.label)[:250], item.cents, item.tax_bp, line_text(item.reason)[:250],
             Kind.REDUCTION if item.cents < 0 else item.kind)
        for item in found if item.cents
    ]  # fmt: skip


def line_text(text: str) -> str:
    """Text of whatever origin as the database can hold it."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
