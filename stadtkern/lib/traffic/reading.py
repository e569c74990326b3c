"""Files of counts: one line an hour (detector;date;hour;vehicles), or one a day with 24 columns as traffic computers write.

Date and hour may be one column (a timestamp, with an offset or in German time). Lines for parts of an hour (every 5 or 15
minutes) are added up to hours; an hour that lacks a part is left out, it would look like less traffic.
Nothing of a file is believed: rows that cannot be read are counted by reason, the rest is taken.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

MOST_BYTES = 60_000_000
MOST_ROWS = 3_000_000
MOST_DETECTORS = 20_000
NAMES = {
    "detector": ("detector", "zaehlstelle", "zählstelle", "messstelle", "detektor", "zähler", "zaehler", "name", "id"),
    "date": ("date", "datum", "tag", "timestamp", "zeitstempel", "zeitpunkt", "datetime", "beginn"),
    "hour": ("hour", "stunde", "uhrzeit", "zeit", "time"),
    "vehicles": ("vehicles", "fahrzeuge", "kfz", "anzahl", "wert", "count", "zählwert", "zaehlwert"),
}
EXTRA = {
    "title": ("title", "titel", "bezeichnung"),
    "street": ("street", "strasse", "straße"),
    "lat": ("lat", "latitude", "breite"),
    "kind": ("kind", "art", "verkehrsart"),
    "long": ("long", "lon", "lng", "longitude", "laenge", "länge"),
}
_DAY = re.compile(r"(\d{4})[-_./](\d{1,2})[-_./](\d{1,2})")
_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_CLOCK = re.compile(r"(\d{1,2})(?::([0-5]\d)(?::[0-5]\d(?:[.,]\d+)?)?)?(?: Uhr)?(?: ?[-–] ?\d.*)?", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)", re.ASCII)
_SPOKEN = re.compile(r"[T ]+(\d{1,2}:\d\d(:\d\d)?)$", re.ASCII)
GERMANY = ZoneInfo("Europe/Berlin")
UTF16 = (b"\xff\xfe", b"\xfe\xff")


class NotCounts(ValueError):
    """No file of counts; the message is a code: empty, too_large, not_text, binary, columns, no_rows, too_many."""


@dataclass
class Read:
    """Rows (detector, day, hour, vehicles), what is told of detectors, and how many lines were left out, by reason."""

    rows: list[tuple[str, date, int, int]] = field(default_factory=list)
    detectors: dict[str, dict[str, str]] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    minutes: bytearray = field(default_factory=bytearray)  # of each row

    def leave(self, reason: str, line: str) -> None:
        self.left_out[reason] += 1
        self.examples.setdefault(reason, line[:80])


def read_counts(data: bytes, until: date = date(2100, 12, 31)) -> Read:
    """Read a file; nobody has counted on a day after `until`. Raises NotCounts."""
    text = _text(data)
    first = text.partition("\n")[0]
    mark = max(";,\t", key=first.count)
    read = Read()
    if "0:00" in first and _day(first):
        _wide(text, mark, read)
    else:
        _long(text, mark, read)
    _to_hours(read)
    late = [row for row in read.rows if row[1] > until]
    if late:  # a slip of the pen in a year would be the newest count of all
        read.rows = [row for row in read.rows if row[1] <= until]
        for detector, day, hour, _vehicles in late:
            read.leave("future", f"{detector} {day} {hour}")
    if not read.rows:
        raise NotCounts("no_rows")
    return read


def _to_hours(read: Read) -> None:
    """Parts of an hour become hours, where the file has parts."""
    parts = sorted(set(read.minutes))
    if len(parts) < 2:
        return
    found: dict[tuple[str, date, int], dict[int, int]] = {}
    for (detector, day, hour, vehicles), minute in zip(read.rows, read.minutes, strict=True):
        found.setdefault((detector, day, hour), {})[minute] = vehicles
    read.rows = [(*key, sum(told.values())) for key, told in found.items() if len(told) == len(parts)]
    for (detector, day, hour), told in found.items():
        if len(told) < len(parts):
            read.leave("part_hour", f"{detector} {day} {hour}")


def _text(data: bytes) -> str:
    if not data.strip():
        raise NotCounts("empty")
    if len(data) > MOST_BYTES:
        raise NotCounts("too_large")
    if data[:2] in UTF16:
        data = data.decode("utf-16", errors="ignore").encode()
    if data[:4] in (b"PAR1", b"PK\x03\x04", b"\x1f\x8b\x08\x00", b"\x1f\x8b\x08\x08") or b"\x00" in data[:10_000]:
        raise NotCounts("binary")
    for coding in ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(coding).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
            return text.partition("\n")[2] if text[:4].casefold() == "sep=" else text  # a hint to table programs
        except UnicodeDecodeError:
            continue
    raise NotCounts("not_text")


def _lines(text: str, mark: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text), delimiter=mark)
    except csv.Error as problem:
        raise NotCounts("columns") from problem


def _long(text: str, mark: str, read: Read) -> None:
    lines = _lines(text, mark)
    head = [word.strip().strip('"').casefold() for word in next(lines, [])]
    place = {name: next((head.index(word) for word in words if word in head), -1) for name, words in (NAMES | EXTRA).items()}
    place["date"] = place["date"] if place["date"] >= 0 else place["hour"]  # one column may tell both
    if place["date"] < 0 or any(place[name] < 0 for name in NAMES if name != "hour"):
        raise NotCounts("columns")
    for line in lines:
        if not any(word.strip() for word in line):
            continue
        told = {name: line[at].strip() if 0 <= at < len(line) else "" for name, at in place.items()}
        day, clock = _moment(told["date"], told["hour"] if place["hour"] != place["date"] else "")
        _take(read, told["detector"], day, clock, told["vehicles"], mark.join(line))
        if told["detector"] and told["detector"] not in read.detectors and len(read.detectors) < MOST_DETECTORS:
            read.detectors[told["detector"][:80]] = {name: told[name] for name in EXTRA}


def _wide(text: str, mark: str, read: Read) -> None:
    day: date | None = None
    for line in _lines(text, mark):
        if not line or not line[0].strip():
            continue
        if found := _day(line[0]) if "0:00" in mark.join(line) else None:
            day = found
            continue
        for hour, word in enumerate(line[1:25]):
            if word.strip():
                _take(read, line[0].strip(), day, str(hour), word.strip(), mark.join(line))
        read.detectors.setdefault(line[0].strip()[:80], {})


def _moment(day: str, clock: str) -> tuple[date | None, str]:
    """Day and time of a line, in German time; "" where no time is told."""
    if _MOMENT.fullmatch(day):
        try:
            at = datetime.fromisoformat(day).astimezone(GERMANY)
        except (ValueError, OverflowError):
            return None, ""
        return at.date(), f"{at:%H:%M}"
    spoken = _SPOKEN.search(day)
    return _day(day), clock or (spoken[1] if spoken else "")


def _take(read: Read, detector: str, day: date | None, clock: str, vehicles: str, line: str) -> None:
    time = _CLOCK.fullmatch(clock)
    if not vehicles or vehicles.casefold() in ("null", "nan", "na", "-"):
        read.leave("blank", line)
    elif not detector:
        read.leave("no_detector", line)
    elif day is None or not 1970 <= day.year <= 2100:
        read.leave("date", line)
    elif time is None or int(time[1]) > 23:
        read.leave("hour", line)
    elif vehicles.startswith("-"):
        read.leave("negative", line)
    elif not re.fullmatch(r"\d{1,6}([.,]0{1,2})?", vehicles, re.ASCII):  # "1.000" may be one or a thousand
        read.leave("number", line)
    elif len(read.rows) >= MOST_ROWS:
        raise NotCounts("too_many")
    else:
        read.rows.append((detector[:80], day, int(time[1]), int(re.split(r"[.,]", vehicles)[0])))
        read.minutes.append(int(time[2] or 0))


def _day(text: str) -> date | None:
    try:
        if found := _DAY.search(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _GERMAN.search(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None
    return None
