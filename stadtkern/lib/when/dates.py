"""Dates of the calendar: "3. Mai", "am 3.5.", "im Mai", "Dienstag"."""

import re

from .line import Builder
from .refs import Ref
from .seen import Seen
from .window import Span


class Dates(Seen):
    """The rules of dates; tried last."""

    def rules(self) -> list[tuple[str, Builder]]:
        """In the order they are tried."""
        return [
            (
                r"(\d+)o?(?= (?:bis|und|oder)(?: (?:zum|am|dem|den|der))? (?:\d+o? M|d\d\d-))",
                self._first_of_two,
            ),
            (r"(d\d\d-\d\d-\d*)", self._date_ref),
            (r"(\d+)o? (M)(?: (\d{4}))?(?: (naechste|diese) jahr)?", self.day_and_month),
            (r"(\d+o \d+o)(?: (\d{4}))?(?! M)", self._date_ref),
            (r"(M) (\d+)o?(?= ,|$)", lambda m: self._day_and_month_of(m[2], m[1])),
            (r"(M)(?: (\d{4}))?(?: (naechste|kommende|diese) jahr)?", self.month_ref),
            (r"(W)", lambda m: Ref("weekday", number=int(m[1][1]))),
            (r"morgen", lambda m: self.plus_days(1)),
        ]

    def _first_of_two(self, m: "re.Match[str]") -> Ref | None:
        """ "am 3. oder 5. Mai"; "vor zehn oder am 5. Mai" is an hour."""
        before = m.string[: m.start()].split()[-1:]
        hour = (
            m[0].isdigit()
            and before
            and before[0] in ("um", "gegen", "ab", "vor", "nach", "bis", "so", "fruehestens", "spaetestens", "und")
        )
        return Ref("ordinal", number=int(m[1])) if 0 < int(m[1]) < 32 and not hour else None

    def _date_ref(self, m: "re.Match[str]") -> Ref | None:
        found = self.day_named(m[1] + (f" {m[2]}" if m.lastindex and m.lastindex > 1 and m[2] else ""))
        return Ref("day", (Span.day(found),)) if found else None

    def _day_and_month_of(self, day: str, month: str) -> Ref | None:
        found = self.day_named(f"{day}o {month}") if int(day) <= 31 else None
        return Ref("day", (Span.day(found),)) if found else None
