"""From points to marks between 0 and 100, and to one mark per entry. Exact to 28 digits, the same on every machine."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext

from .model import Average, Rules, Sheet

EXACT = Context(prec=34, rounding=ROUND_HALF_EVEN)
TRIM_FROM = 4  # with fewer marks there is nothing to leave out
HUNDREDTH = Decimal(1)


def raw(sheet: Sheet, rules: Rules) -> Decimal:
    """The weighted points of one sheet, as a share of the most there could be, times 100."""
    whole = sum(one.weight for one in rules.criteria) * rules.most_points
    given = sum(one.weight * sheet.points[one.key] for one in rules.criteria)
    return Decimal(100 * given) / Decimal(whole)


def comparable(own: Mapping[str, Decimal], how: str) -> dict[str, Decimal]:
    """The marks of one juror, strict or mild, on a scale all jurors share; 50 is this juror's middle."""
    if how == "none":
        return dict(own)
    return _by_rank(own) if how == "rank" else _by_deviation(own)


def _by_deviation(own: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """50 plus ten for each standard deviation above the juror's own average, kept within 0 and 100."""
    values = [own[key] for key in sorted(own)]
    middle = sum(values, Decimal(0)) / len(values)
    spread = (sum(((one - middle) ** 2 for one in values), Decimal(0)) / len(values)).sqrt()
    if not spread:
        return dict.fromkeys(own, Decimal(50))
    return {key: min(Decimal(100), max(Decimal(0), 50 + 10 * (own[key] - middle) / spread)) for key in own}


def _by_rank(own: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """The juror's best entry 100, the last 0, equal ones the middle of their places."""
    if len(own) == 1:
        return dict.fromkeys(own, Decimal(50))
    values = list(own.values())
    below = {one: sum(other < one for other in values) for one in set(values)}
    same = {one: values.count(one) for one in set(values)}
    return {key: 100 * (below[one] + Decimal(same[one] - 1) / 2) / (len(values) - 1) for key, one in own.items()}


def average(marks: Sequence[Decimal], how: Average) -> Decimal:
    """One mark of several: all of them, the middle one, or all but the highest and the lowest."""
    ordered = sorted(marks)
    if how == "median":
        half = len(ordered) // 2
        return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
    if how == "trimmed" and len(ordered) >= TRIM_FROM:
        ordered = ordered[1:-1]
    return sum(ordered, Decimal(0)) / len(ordered)


def hundredths(value: Decimal) -> int:
    """A figure as it is shown and compared: two digits, half to even."""
    with localcontext(EXACT):
        return int((value * 100).quantize(HUNDREDTH))
