"""Sentences put together from phrases.py, each with its meaning: thousands nobody wrote by hand."""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from .phrases import CLOCKS, FRAMES, MONTHS, NAMES, SHORT, Phrase, points, spans, weekly

TODAYS = tuple(
    date.fromisoformat(day) for day in ("2026-11-30", "2026-12-29", "2027-01-14", "2027-03-10", "2027-06-26", "2027-09-05")
)


@dataclass(frozen=True)
class Composed:
    """A sentence, the moment, and its meaning as a label."""

    now: datetime
    text: str
    wish: str
    kind: str


class Composer:
    """Draws by lot with a seed; seen from one day."""

    def __init__(self, seed: int, today: date) -> None:
        self.lot, self.today = random.Random(f"{seed} {today}"), today
        self.points, self.spans, self.weekly = points(today), spans(today), weekly(today)

    def day(self) -> tuple[str, str]:
        return self._of(self.points)

    def span(self) -> tuple[str, str]:
        return self._of(self.spans)

    def every(self) -> tuple[str, str]:
        return self._of(self.weekly)

    def clock(self) -> tuple[str, str]:
        return self.lot.choice(CLOCKS)

    def two_days(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """In order, none of them today, where one would wonder."""
        while True:
            one, two = sorted((self.day(), self.day()), key=lambda said: said[1])
            bare = [bool(re.fullmatch(r"am \w+\.?|am [a-zü]+", said[0])) for said in (one, two)]
            dated = any(name in said[0] for said in (one, two) for name in MONTHS) or any(
                re.search(r"\d\.\d", said[0]) for said in (one, two)
            )
            if one[1] != two[1] and "heute" not in (one[0], two[0]) and not (any(bare) and dated):
                return one, two

    def _of(self, table: list[Phrase]) -> tuple[str, str]:
        text, meaning = self.lot.choice(table)
        return text, meaning(self.today)

    def one(self, kind: str) -> Composed:
        text, wish = KINDS[kind](self)
        frame = self.lot.choice(FRAMES)
        said = frame.format(text)
        said = self.lot.choice((said, said, said[0].upper() + said[1:], said.lower(), _plain(said)))
        return Composed(datetime.combine(self.today, time(9)), said, wish, kind)


def _plain(text: str) -> str:
    for letter, pair in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("Ü", "Ue")):
        text = text.replace(letter, pair)
    return text


def _day(c: Composer) -> tuple[str, str]:
    text, days = c.day()
    return text, f"{days} |"


def _span(c: Composer) -> tuple[str, str]:
    text, days = c.span()
    return text, f"{days} |"


def _weekly(c: Composer) -> tuple[str, str]:
    text, days = c.every()
    return text, f"{days} |"


def _clock(c: Composer) -> tuple[str, str]:
    text, clock = c.clock()
    return text, f"| {clock}"


def _day_clock(c: Composer) -> tuple[str, str]:
    (day, days), (hour, clock) = c.day(), c.clock()
    return c.lot.choice((f"{day} {hour}", f"{day} {hour}", f"{day}, {hour}", f"{hour} {day}")), f"{days} | {clock}"


def _span_clock(c: Composer) -> tuple[str, str]:
    (day, days), (hour, clock) = c.span(), c.clock()
    return c.lot.choice((f"{day} {hour}", f"{day}, {hour}", f"{day}, aber nur {hour}")), f"{days} | {clock}"


def _weekly_clock(c: Composer) -> tuple[str, str]:
    (day, days), (hour, clock) = c.every(), c.clock()
    return f"{day} {hour}", f"{days} | {clock}"


def _either(c: Composer) -> tuple[str, str]:
    (one, a), (two, b) = c.two_days()
    word = c.lot.choice((" oder ", ", sonst ", ", zur Not auch ", " oder auch ", ", ersatzweise ", ", notfalls ", " bzw. "))
    return f"{one}{word}{two}", f"{a} {b} |"


def _either_clock(c: Composer) -> tuple[str, str]:
    (one, a), (two, b) = c.two_days()
    hour, clock = c.clock()
    return f"{one} oder {two}, jeweils {hour}", f"{a} {b} | {clock}"


def _both_clocks(c: Composer) -> tuple[str, str]:
    (one, a), (two, b) = c.two_days()
    (hour, first), (later, last) = c.clock(), c.clock()
    word = c.lot.choice((" oder ", ", sonst ", " oder aber ", ", alternativ "))
    return f"{one} {hour}{word}{two} {later}", f"{a} | {first} / {b} | {last}"


def _half_clock(c: Composer) -> tuple[str, str]:
    (one, a), (two, b) = c.two_days()
    hour, clock = c.clock()
    if c.lot.random() < 0.5:
        return f"{one} {hour}, sonst {two}", f"{a} | {clock} / {b} |"
    return f"{one}, sonst {two} {hour}", f"{a} | / {b} | {clock}"


def _two_hours(c: Composer) -> tuple[str, str]:
    day, days = c.lot.choice((c.day, c.span))()
    one, two = c.lot.sample([said for said in CLOCKS if said[1][0] == "="], 2)
    return f"{day} {one[0]} oder {two[0]}", f"{days} | {one[1]} / {days} | {two[1]}"


def _weekly_two(c: Composer) -> tuple[str, str]:
    one, two = c.lot.sample(range(6), 2)
    (hour, first), (later, last) = c.clock(), c.clock()
    word = c.lot.choice((" oder ", " und ", ", ", " sowie "))
    text = f"{NAMES[one].lower()}s {hour}{word}{NAMES[two].lower()}s {later}"
    return text, f"{SHORT[one]} | {first} / {SHORT[two]} | {last}"


def _without(c: Composer) -> tuple[str, str]:
    span, days = c.lot.choice([one for one in c.spans if one[1](c.today).find("..") > 0])
    name, short = c.lot.choice(list(zip(NAMES, SHORT, strict=False)))
    form = c.lot.choice(
        ("{}, außer {}s", "{}, aber nicht am {}", "{}, nur nicht {}s", "{}, nur bitte nicht {}s", "{} außer am {}")
    )
    return form.format(span, name.lower() if "{}s" in form else name), f"{days(c.today)} !{short} |"


def _never(c: Composer) -> tuple[str, str]:
    name, short = c.lot.choice(list(zip(NAMES, SHORT, strict=False)))
    low = name.lower()
    forms = (
        f"jederzeit, außer {low}s",
        f"immer, nur nicht {low}s",
        f"egal wann, aber {low}s geht es nicht",
        f"jeden Tag außer {name}",
        f"an jedem Tag, bloß {low}s nicht",
        f"jederzeit, nur {low}s bitte nicht",
        f"immer, {low}s ausgenommen",
    )
    return c.lot.choice(forms), f"!{short} |"


def _half_never(c: Composer) -> tuple[str, str]:
    number = c.lot.randrange(5)
    part, rest = c.lot.choice((("vormittags", "12:00-"), ("nachmittags", "-12:00")))
    only = ",".join(day for day in SHORT if day != SHORT[number])
    form = c.lot.choice(("immer, nur nicht {}{}", "jederzeit, außer {}s {}", "jederzeit außer {}{}"))
    return form.format(NAMES[number].lower(), part), f"{only} | / {SHORT[number]} | {rest}"


def _narrow(c: Composer) -> tuple[str, str]:
    span, days = c.lot.choice(
        [one for one in c.spans if any(unit in one[0] for unit in ("Monat", "hälfte", "im ", "nächsten zwei"))]
    )
    number = c.lot.randrange(5)
    (hour, clock) = c.clock()
    name = NAMES[number]
    text = c.lot.choice((f"{span} {name.lower()}s", f"{span} an einem {name}", f"{span}, am liebsten {name.lower()}s"))
    if c.lot.random() < 0.5:
        return f"{text} {hour}", f"{days(c.today)} {SHORT[number]} | {clock}"
    return text, f"{days(c.today)} {SHORT[number]} |"


def _corrected(c: Composer) -> tuple[str, str]:
    one, two = c.two_days()
    if c.lot.random() < 0.5:
        one, two = two, one
    word = c.lot.choice((", nein, ", ", nein, lieber ", ", Quatsch, ", ", ach nee, "))
    return f"{one[0]}{word}{two[0]}", f"{two[1]} |"


def _three(c: Composer) -> tuple[str, str]:
    numbers = sorted(c.lot.sample(range(6), 3), key=lambda n: (n - c.today.weekday() - 1) % 7)
    names = [NAMES[number] for number in numbers]
    days = ",".join(SHORT[number] for number in numbers)
    (hour, clock) = c.clock()
    last = date.fromordinal(c.today.toordinal() + 7)
    first = date.fromordinal(c.today.toordinal() + 1)
    return f"am {names[0]}, {names[1]} oder {names[2]} {hour}", f"{first}..{last} {days} | {clock}"


def _from_until(c: Composer) -> tuple[str, str]:
    one, two = c.two_days()
    first, last = one[1], two[1]
    text = f"frühestens {one[0]} und spätestens {two[0]}"
    return text, f"{first}..{last} |"


def _hours_out(c: Composer) -> tuple[str, str]:
    day, days = c.day()
    return f"{day}, aber nicht zwischen 12 und 14 Uhr", f"{days} | -12:00 / {days} | 14:00-"


def _as_well(c: Composer) -> tuple[str, str]:
    (one, a), (two, b) = c.two_days()
    word = c.lot.choice((", wenn da nichts frei ist ", ", gern auch ", ", wenn das nicht geht ", ", falls da voll ist "))
    return f"{one}{word}{two}", f"{a} {b} |"


KINDS: dict[str, Callable[[Composer], tuple[str, str]]] = {
    "day": _day,
    "span": _span,
    "weekly": _weekly,
    "clock": _clock,
    "day clock": _day_clock,
    "span clock": _span_clock,
    "weekly clock": _weekly_clock,
    "either": _either,
    "either, one clock": _either_clock,
    "either, two clocks": _both_clocks,
    "either, a clock for one": _half_clock,
    "two hours": _two_hours,
    "two weekdays with hours": _weekly_two,
    "without": _without,
    "never": _never,
    "never half a day": _half_never,
    "narrowed": _narrow,
    "corrected": _corrected,
    "three days": _three,
    "from and until": _from_until,
    "hours left out": _hours_out,
    "as well": _as_well,
}


def composed(seed: int, count: int) -> Iterator[Composed]:
    """So many, every kind and every day in turn."""
    composers = [Composer(seed, today) for today in TODAYS]
    kinds = list(KINDS)
    for number in range(count):
        yield composers[number // len(kinds) % len(composers)].one(kinds[number % len(kinds)])
