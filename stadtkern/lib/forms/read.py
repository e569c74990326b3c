"""Reading what was typed: from the names and texts of a posted page to answers; never raises, loses nothing."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from stadtkern.lib.forms.model import MOST_REPEATS, MOST_SHOWN, Answers, Element, Field, Group, Kind, Step, Value
from stadtkern.lib.forms.text import tidy
from stadtkern.lib.forms.walk import Census, Effects, Walk, is_ticks

_INDEX = re.compile(r"\[(\d{1,9})\]")
PARTS = ("day", "month", "year", "time")
_INTEGER = re.compile(r"[+-]?(?:\d{1,18}|\d{1,3}(?:[. ]\d{3}){1,5})")
_GERMAN = re.compile(r"([+-]?)(\d{1,3}(?:[. ’']\d{3}){1,5}|\d{1,18})(?:,(\d{1,9}))?")
_POINT = re.compile(r"([+-]?)(\d{1,18})\.(\d{1,9})")
_ISO_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_TYPED_DATE = re.compile(r"(\d{1,2})\s*[./\s-]\s*(\d{1,2})\s*[./\s-]\s*(\d{4})")
_TIME = re.compile(r"([01]?\d|2[0-4])(?:[:.\s]?([0-5]\d))?(?:[:.][0-5]\d)?\s*(?:uhr)?", re.IGNORECASE)
_YES = frozenset({"true", "ja", "yes", "1", "on"})
_NO = frozenset({"false", "nein", "no", "0", "off"})


def from_post(step: Step, data: Mapping[str, Sequence[str]], answers: Mapping[str, Any]) -> Answers:
    """All answers of this step: what was posted over what was answered before.

    `data` = names of inputs to lists of texts (a QueryDict will do). A name that was not posted was not shown: its answer
    stays. A field that was posted empty is None. Replace the old answers of the step by these (`merged` does).
    """
    return _Reader(data, answers).read(step)


def merged(step: Step, data: Mapping[str, Sequence[str]], answers: Mapping[str, Any]) -> Answers:
    """The answers of the whole case after this page: those of the step replaced, all others kept."""
    keys = {child.key for child in step.children}
    elsewhere = {path: value for path, value in answers.items() if _first(path) not in keys}
    fresh = from_post(step, data, answers)
    # A group may be spread over two pages: what the other page asked stays, too.
    other = {path: value for path, value in answers.items() if _first(path) in keys and not _asked(step, path)}
    return {**elsewhere, **other, **fresh}


def revealed(
    step: Step, data: Mapping[str, Sequence[str]], answers: Mapping[str, Any], effects: Effects | None = None
) -> list[str]:
    """Paths of fields that are visible now but were not on the posted page: without JavaScript the page must come again.

    `effects` = what the rules of the whole form say of `answers`.
    """
    posted = {name.split(".", 1)[0] for name in data}
    found = []
    for visit in Walk(step, answers, effects).visits():
        field = visit.element
        if not isinstance(field, Field) or field.locked or field.hidden or field.kind in (Kind.LABEL, Kind.FILE):
            continue
        name = visit.path.rpartition("[")[0] if is_ticks(field) else visit.path
        if name not in posted and all(int(index) < MOST_SHOWN for index in _INDEX.findall(name)):
            found.append(visit.path)
    return found


def _first(path: str) -> str:
    return re.split(r"[/\[]", path, maxsplit=1)[0]


def _asked(step: Step, path: str) -> bool:
    children: tuple[Element, ...] = step.children
    for segment in path.split("/"):
        key = segment.partition("[")[0]
        element = next((child for child in children if child.key == key), None)
        if element is None:
            return False
        children = element.children if isinstance(element, Group) else ()
    return True


class _Reader:
    def __init__(self, data: Mapping[str, Sequence[str]], answers: Mapping[str, Any]) -> None:
        self.data = data
        self.answers = answers
        self.many = getattr(data, "getlist", None)
        self.posted = Census(name.split(".", 1)[0] for name in data if isinstance(name, str))
        self.before = Census(answers)
        self.out: Answers = {}

    def read(self, step: Step) -> Answers:
        self._children(step.children, "", "")
        return self.out

    def _children(self, children: tuple[Element, ...], old: str, new: str) -> None:
        for child in children:
            name, path = f"{old}{child.key}", f"{new}{child.key}"
            if isinstance(child, Field) and is_ticks(child):
                self._ticks(child, name, path)
                continue
            for source, target in self._instances(child, name, path):
                if isinstance(child, Group):
                    self._group(child, source, target)
                else:
                    self._field(child, source, target)

    def _instances(self, child: Element, name: str, path: str) -> list[tuple[str, str]]:
        if child.maximum == 1:
            there = isinstance(child, Field) or child.minimum > 0 or name in self.posted.present or name in self.before.present
            return [(name, path)] if there else []
        known = self.posted.indexes.get(name, set()) | self.before.indexes.get(name, set())
        wanted = sorted(known | set(range(min(child.minimum, MOST_REPEATS))))[:MOST_REPEATS]
        return [(f"{name}[{index}]", f"{path}[{place}]") for place, index in enumerate(wanted)]

    def _group(self, group: Group, name: str, path: str) -> None:
        if group.choice:
            said = self._last(name)
            self._put(path, said if said in {child.key for child in group.children} else self.answers.get(name))
        elif (group.maximum != 1 or group.minimum == 0) and (name in self.posted.present or name in self.before.present):
            self.out[path] = True
        self._children(group.children, f"{name}/", f"{path}/")

    def _put(self, path: str, value: Value) -> None:
        if value is not None or path in self.answers:
            self.out[path] = value

    def _ticks(self, field: Field, name: str, path: str) -> None:
        if name not in self.data:
            kept = [
                self.answers[f"{name}[{i}]"]
                for i in sorted(self.before.indexes.get(name, ()))
                if f"{name}[{i}]" in self.answers
            ]
        else:
            kept = [text for text in dict.fromkeys(tidy(raw) for raw in self._texts(name)) if text]
        for index, value in enumerate(kept[:MOST_REPEATS]):
            self.out[f"{path}[{index}]"] = value

    def _field(self, field: Field, name: str, path: str) -> None:
        if field.kind is Kind.LABEL or field.locked or field.hidden:
            return
        if name in self.data and field.kind is not Kind.FILE:
            self.out[path] = parse(field, self._last(name) or "")
        elif field.kind in (Kind.DATE, Kind.DATETIME) and any(f"{name}.{part}" in self.data for part in PARTS):
            self.out[path] = _from_parts(field, *(self._last(f"{name}.{part}") or "" for part in PARTS))
        elif name in self.answers:
            self.out[path] = self.answers[name]

    def _texts(self, name: str) -> list[str]:
        found = self.many(name) if self.many else self.data.get(name, ())
        found = [found] if isinstance(found, str) else found
        return [text for text in found[: MOST_REPEATS + 1] if isinstance(text, str)]

    def _last(self, name: str) -> str | None:
        """The last text that says something: an empty marker stands before radio buttons."""
        texts = self._texts(name)
        return next((text for text in reversed(texts) if text), texts[-1] if texts else None)


def parse(field: Field, raw: str) -> Value:
    """One typed text as the value of its kind; the tidied text itself when it cannot be read as such; None when empty."""
    text = tidy(raw, lines=field.kind is Kind.LONG_TEXT)
    if not text:
        return None
    read = _READERS.get(field.kind)
    return text if read is None else read(text)


def _number(text: str) -> Value:
    return int(re.sub(r"[. ]", "", text)) if _INTEGER.fullmatch(text) else text


def _decimal(text: str) -> Value:
    found = _POINT.fullmatch(text)
    if found is None or (len(found.group(3)) == 3 and len(found.group(2)) <= 3 and not found.group(2).startswith("0")):
        found = _GERMAN.fullmatch(text) or found  # "1.234" is a thousand in German
    if found is None:
        return text
    sign, whole, rest = found.groups()
    digits = re.sub(r"\D", "", whole).lstrip("0") or "0"
    return ("-" if sign == "-" else "") + digits + (f".{rest}" if rest else "")


def _money(text: str) -> Value:
    plain = re.sub(r"\s*(€|EUR|Euro)\s*$", "", text, flags=re.IGNORECASE)
    plain = re.sub(r",\s*[-–—]{1,2}$", "", plain)
    value = _decimal(plain)
    found = re.fullmatch(r"(-?)(\d{1,12})(?:\.(\d{1,2}))?", str(value))
    if found is None:
        return text
    cents = int(found.group(2)) * 100 + int((found.group(3) or "0").ljust(2, "0"))
    return -cents if found.group(1) else cents


def _date(text: str) -> Value:
    typed = _TYPED_DATE.fullmatch(text)
    year, month, day = typed.group(3, 2, 1) if typed else ("", "", "")
    if not typed:
        iso = _ISO_DATE.fullmatch(text)
        if iso is None:
            return text
        year, month, day = iso.group(1), iso.group(2) or "", iso.group(3) or ""
    return _iso(day, month, year) or text


def _iso(day: str, month: str, year: str) -> str | None:
    """ISO text of a date or of its known part ("2026-11", "2026"); None when there is no such day."""
    if not (year.isascii() and year.isdigit() and len(year) == 4) or any(
        not p.isascii() or (p and not p.isdigit()) for p in (day, month)
    ):
        return None
    known_month, known_day = int(month or 0), int(day or 0)
    if known_day and not known_month:
        return None
    try:
        date(int(year), known_month or 1, known_day or 1)
    except ValueError:
        return None
    return year + (f"-{known_month:02d}" if known_month else "") + (f"-{known_day:02d}" if known_day else "")


def _time(text: str) -> Value:
    found = _TIME.fullmatch(text)
    if found is None or int(found.group(1)) > 23:
        return text
    return f"{int(found.group(1)):02d}:{found.group(2) or '00'}"


def _datetime(text: str) -> Value:
    day, _, clock = text.replace("T", " ", 1).strip().rpartition(" ")
    read_day, read_clock = _date(day.strip(" ,")), _time(clock)
    ok = isinstance(read_day, str) and len(read_day) == 10 and read_day[4] == "-" and len(str(read_clock)) == 5
    return f"{read_day}T{read_clock}" if ok else text


def _from_parts(field: Field, day: str, month: str, year: str, clock: str) -> Value:
    day, month, year, clock = (tidy(part)[:20] for part in (day, month, year, clock))
    if not (day or month or year or clock):
        return None
    read = _iso(day, month, year)
    if field.kind is Kind.DATE:
        return read or f"{day}.{month}.{year}"
    moment = _time(clock) if clock else ""
    whole = read is not None and len(read) == 10 and len(str(moment)) == 5 and ":" in str(moment)
    return f"{read}T{moment}" if whole else f"{day}.{month}.{year} {clock}".strip()


def _yes_no(text: str) -> Value:
    word = text.lower()
    return True if word in _YES else False if word in _NO else text


def _iban(text: str) -> Value:
    return re.sub(r"[\s.-]", "", text).upper()


_READERS = {
    Kind.NUMBER: _number, Kind.DECIMAL: _decimal, Kind.MONEY: _money, Kind.DATE: _date, Kind.TIME: _time,
    Kind.DATETIME: _datetime, Kind.YES_NO: _yes_no, Kind.IBAN: _iban,
}  # fmt: skip
