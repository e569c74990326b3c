"""School holidays of the Länder, as far as they are published."""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path

from .window import Span

KINDS = ("winter", "oster", "pfingst", "sommer", "herbst", "weihnachts")


@cache
def _book() -> dict[str, dict[str, list[tuple[date, date]]]]:
    raw = tomllib.loads((Path(__file__).parent / "school_holidays.toml").read_text(encoding="utf-8"))
    return {
        land: {
            kind: [(date.fromisoformat(one[:10]), date.fromisoformat(one[-10:])) for one in spans]
            for kind, spans in kinds.items()
        }
        for land, kinds in raw["holidays"].items()
    }


def holidays(land: str, kind: str, today: date, year: int | None = None) -> Span | None:
    """The running or next holidays of this kind ("" = any); None where none are known."""
    book = _book().get(land, {})
    found = sorted(Span(*pair) for name, spans in book.items() if kind in ("", name) for pair in spans)
    return next((span for span in found if span.last >= today and (year is None or span.first.year == year)), None)


def known_until(land: str) -> date | None:
    """The last day the data knows about."""
    return max((last for spans in _book().get(land, {}).values() for _, last in spans), default=None)
