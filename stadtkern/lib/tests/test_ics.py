"""Calendar files, read back by a parser that is not the one that wrote them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream

from stadtkern.lib import ics

BERLIN = ZoneInfo("Europe/Berlin")
CITY = ('Stadt Musterstadt, "Rathaus"; Amt', "stadt@musterstadt.example")
ODD = [
    "Ausweis, Pass; Kind",
    "Zoë Łucja Çelik-Müller aus Đà Nẵng",
    "Familie 👨‍👩‍👧‍👦 " * 30,
    "erste Zeile\nzweite\r\ndritte",
    'Backslash \\n und \\, und "Anführung"; Doppel:Punkt',
    "NUL\0 Halb\ud800 Glocke\x07 Zeile\x85",
    "ß" * 500,
    "BEGIN:VEVENT\nEND:VCALENDAR",
    "Zeile\u2028Trenner\u2029Absatz",
]


def entry(**changed: object) -> ics.Entry:
    facts = {
        "uid": "termin-17@musterstadt.example", "starts_at": datetime(2026, 12, 2, 9, 20, tzinfo=UTC),
        "ends_at": datetime(2026, 12, 2, 9, 45, tzinfo=UTC), "title": "Termin", "place": "Rathausplatz 1",
        "changed_at": datetime(2026, 11, 29, 18, 0, 5, tzinfo=UTC),
    }  # fmt: skip
    return ics.Entry(**{**facts, **changed})  # type: ignore[arg-type]


def read(data: bytes):
    text = data.decode("utf-8")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n")), "a folded line has at most 75 octets"
    assert "\n" not in text.replace("\r\n", "")
    return IcsCalendarStream.calendar_from_ics(text)


def test_one_appointment_says_when_and_where():
    calendar = read(ics.one(entry(remind_before=timedelta(hours=2), url="https://musterstadt.example/termin/"), organiser=CITY))
    (event,) = calendar.events
    assert calendar.method == "PUBLISH" and [zone.tz_id for zone in calendar.timezones] == ["Europe/Berlin"]
    assert (event.uid, event.sequence, event.status.value) == ("termin-17@musterstadt.example", 0, "CONFIRMED")
    assert event.dtstart == datetime(2026, 12, 2, 10, 20, tzinfo=BERLIN) and event.computed_duration == timedelta(minutes=25)
    assert event.location == "Rathausplatz 1" and len(event.alarm) == 1
    assert str(event.organizer.uri) == "mailto:stadt@musterstadt.example"


def test_moved_and_cancelled_keep_their_identity():
    first = read(ics.one(entry(), organiser=CITY)).events[0]
    moved = read(ics.one(entry(sequence=1, starts_at=datetime(2027, 7, 1, 7, tzinfo=UTC),
                               ends_at=datetime(2027, 7, 1, 7, 30, tzinfo=UTC)), organiser=CITY)).events[0]  # fmt: skip
    gone = read(ics.one(entry(sequence=2, cancelled=True, remind_before=timedelta(days=1)), organiser=CITY))
    assert {first.uid, moved.uid, gone.events[0].uid} == {"termin-17@musterstadt.example"}
    assert moved.dtstart.astimezone(BERLIN).hour == 9, "summer time"
    assert moved.sequence == 1 and gone.events[0].sequence == 2
    assert gone.method == "CANCEL" and gone.events[0].status.value == "CANCELLED" and not gone.events[0].alarm


@pytest.mark.parametrize("at", ["2026-10-25T00:30", "2026-10-25T01:30", "2027-03-28T00:59", "2027-03-28T01:00"])
def test_the_nights_when_clocks_change(at):
    starts = datetime.fromisoformat(at).replace(tzinfo=UTC)
    (event,) = read(ics.one(entry(starts_at=starts, ends_at=starts + timedelta(minutes=10)), organiser=CITY)).events
    assert event.dtstart.astimezone(BERLIN).strftime("%d %H:%M") == starts.astimezone(BERLIN).strftime("%d %H:%M")


@pytest.mark.parametrize("text", ODD)
def test_odd_words_arrive_as_they_are(text):
    told = ics.tidy(text)
    (event,) = read(ics.one(entry(title=text, place=text, text=text), organiser=(text, CITY[1]))).events
    assert event.description == told
    assert event.summary == told.replace("\n", " ")
    assert event.location == ics.tidy(text.replace("\n", ", "))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=120), min_size=1, max_size=4))
def test_any_words_in_a_feed(texts):
    rows = [entry(uid=f"{n}@x", title=text, text=text) for n, text in enumerate(texts)]
    calendar = read(ics.feed(rows, name=texts[0], organiser=CITY, refresh=timedelta(hours=1)))
    assert [event.uid for event in calendar.events] == [row.uid for row in rows]
    assert [event.description or "" for event in calendar.events] == [ics.tidy(text) for text in texts]
