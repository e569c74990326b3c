"""What a ticket costs: the price of the zones, less for those with a right, and never more than the best price. Pure."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from stadtkern.ui.words import euro

from .products import Product, Reduction, Tariff


@dataclass(frozen=True)
class Spent:
    """What somebody has paid already towards the best price, of this day and of this month."""

    day: int = 0
    month: int = 0


@dataclass(frozen=True)
class Price:
    """`full` without the best price, `due` with it, and why."""

    full: int
    due: int
    because: str = ""


def plain(tariff: Tariff, product: Product, zones: int, reduction: Reduction | None, cents: int | None = None) -> int:
    """The price of so many zones; more zones than prices cost as much as the last. `cents`: of the timetable, if it has one."""
    base = cents if cents is not None else product.cents[min(zones, len(product.cents)) - 1]
    if reduction is None:
        return base
    reduced = -(-base * (100 - reduction.percent) // 100)
    return min(base, -(-reduced // tariff.round_to) * tariff.round_to)


def best(full: int, spent: Spent, most_day: int | None, most_month: int | None) -> Price:
    """The rest up to what a day and a month cost at most; the sentence says which of them it was."""
    day_rest = full if most_day is None else max(0, most_day - spent.day)
    month_rest = full if most_month is None else max(0, most_month - spent.month)
    due = min(full, day_rest, month_rest)
    if due == full:
        return Price(full, full)
    if month_rest < day_rest:
        most, paid = most_month or 0, spent.month
        text = _("In diesem Monat haben Sie schon %(paid)s bezahlt. Mehr als %(most)s kostet ein Monat nicht: %(rest)s")
    else:
        most, paid = most_day or 0, spent.day
        text = _("An diesem Tag haben Sie schon %(paid)s bezahlt. Mehr als %(most)s kostet ein Tag nicht: %(rest)s")
    rest = _("Diese Fahrt kostet noch %s.") % euro(due) if due else _("Diese Fahrt kostet nichts mehr.")
    return Price(full, due, text % {"paid": euro(paid), "most": euro(most), "rest": rest})
