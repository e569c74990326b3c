"""How values are spread: counted in steps, so that days and lines add up and still give median and 95th percentile."""

from collections.abc import Iterable, Mapping

Steps = dict[str, int]  # step -> how many; keys are words, because it is kept as JSON


def add(spread: Mapping[str, int], values: Iterable[float], step: int, least: int, most: int) -> Steps:
    """`spread` and these values; values beyond the bounds count at the bound."""
    found = dict(spread)
    for value in values:
        at = str(round(min(most, max(least, value)) / step))
        found[at] = found.get(at, 0) + 1
    return found


def merged(spreads: Iterable[Mapping[str, int]]) -> Steps:
    """All of them together."""
    found: Steps = {}
    for one in spreads:
        for at, many in one.items():
            found[at] = found.get(at, 0) + many
    return found


def quantile(spread: Mapping[str, int], share: float, step: int) -> float | None:
    """The value below which this share lies, exact to half a step; None of nothing."""
    total = sum(spread.values())
    if not total:
        return None
    wanted, seen = share * total, 0
    for at in sorted(spread, key=int):
        seen += spread[at]
        if seen >= wanted:
            return float(int(at) * step)
    return None
