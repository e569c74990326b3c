"""What people type becomes what the machine keeps; what it cannot read stays as typed."""

import pytest

from stadtkern.lib.forms.model import Field, Group, Kind, Step
from stadtkern.lib.forms.read import from_post, merged, parse, revealed

from .forms import DOGS, KINDS, WHERE


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (Kind.TEXT, "  Zoe\u0308   Łucja ", "Zoë Łucja"),
        (Kind.TEXT, "a\nb\tc", "a b c"),
        (Kind.TEXT, "zero\u200bwidth\u00ad", "zerowidth"),
        (Kind.TEXT, "   ", None),
        (Kind.LONG_TEXT, "eins\r\n\r\n zwei ", "eins\n\nzwei"),
        (Kind.NUMBER, "1.234", 1234),
        (Kind.NUMBER, "+7", 7),
        (Kind.NUMBER, "zwölf", "zwölf"),
        (Kind.NUMBER, "9" * 5000, "9" * 5000),
        (Kind.DECIMAL, "1.234,50", "1234.50"),
        (Kind.DECIMAL, "12,5", "12.5"),
        (Kind.DECIMAL, "12.5", "12.5"),
        (Kind.DECIMAL, "1.234", "1234"),
        (Kind.DECIMAL, "0.123", "0.123"),
        (Kind.DECIMAL, "1,2,3", "1,2,3"),
        (Kind.MONEY, "1.234,56", 123456),
        (Kind.MONEY, "1234", 123400),
        (Kind.MONEY, "12,5 €", 1250),
        (Kind.MONEY, "12,-- EUR", 1200),
        (Kind.MONEY, "-3,10", -310),
        (Kind.MONEY, "12,345", "12,345"),
        (Kind.MONEY, "viel", "viel"),
        (Kind.DATE, "24.11.2026", "2026-11-24"),
        (Kind.DATE, "2026-11-24", "2026-11-24"),
        (Kind.DATE, "31.02.2026", "31.02.2026"),
        (Kind.TIME, "9:05", "09:05"),
        (Kind.TIME, "14.30 Uhr", "14:30"),
        (Kind.TIME, "25:00", "25:00"),
        (Kind.DATETIME, "24.11.2026 14:30", "2026-11-24T14:30"),
        (Kind.YES_NO, "Ja", True),
        (Kind.YES_NO, "false", False),
        (Kind.YES_NO, "vielleicht", "vielleicht"),
        (Kind.IBAN, "de89 3704 0044 0532 0130 00", "DE89370400440532013000"),
    ],
)
def test_typed_text_is_read_as_its_kind(kind: Kind, typed: str, kept: object) -> None:
    assert parse(Field("x", "X", kind), typed) == kept


@pytest.mark.parametrize(
    ("parts", "kept"),
    [
        (("3", "2", "2024", None), "2024-02-03"),
        (("", "2", "1980", None), "1980-02"),
        (("", "", "1980", None), "1980"),
        (("31", "2", "2024", None), "31.2.2024"),
        (("3", "", "2024", None), "3..2024"),
        (("", "", "", None), None),
        (("٣", "2", "2024", None), "٣.2.2024"),
    ],
)
def test_dates_come_in_three_inputs(parts: tuple[str | None, ...], kept: str | None) -> None:
    data = {
        f"date.{name}": [part] for name, part in zip(("day", "month", "year", "time"), parts, strict=True) if part is not None
    }
    assert from_post(KINDS, data, {})["date"] == kept


def test_a_moment_comes_in_four() -> None:
    data = {"moment.day": ["3"], "moment.month": ["2"], "moment.year": ["2024"], "moment.time": ["9:15"]}
    assert from_post(KINDS, data, {})["moment"] == "2024-02-03T09:15"


def test_what_was_not_shown_stays_and_what_was_emptied_goes() -> None:
    before = {"text": "alt", "number": 3, "file": "key-1"}
    assert from_post(KINDS, {"text": [""]}, before) == {"text": None, "number": 3, "file": "key-1"}


def test_entries_of_a_list_are_counted_anew() -> None:
    # the first entry is always on the page, so those that were posted stand behind it
    data = {"dogs[7]/name": ["Rex"], "dogs[2]/name": ["Bello"]}
    answers = from_post(DOGS, data, {})
    assert answers == {"dogs[1]": True, "dogs[1]/name": "Bello", "dogs[2]": True, "dogs[2]/name": "Rex"}


def test_ticks_and_radio_markers() -> None:
    data = {"dogs[0]/colours": ["", "weiss", "braun", "weiss"], "dogs[0]/dangerous": ["", "true"]}
    answers = from_post(DOGS, data, {"dogs[0]/colours[0]": "schwarz"})
    assert [answers[f"dogs[0]/colours[{i}]"] for i in range(2)] == ["weiss", "braun"]
    assert answers["dogs[0]/dangerous"] is True
    assert from_post(DOGS, {"dogs[0]/colours": [""]}, answers).get("dogs[0]/colours[0]") is None
    assert from_post(DOGS, {}, answers)["dogs[0]/colours[1]"] == "braun"


def test_an_optional_group_is_read_once_it_was_added() -> None:
    assert "owner" not in from_post(DOGS, {}, {})
    assert from_post(DOGS, {"owner": ["1"], "owner/name": ["Ada"]}, {}) == {"owner": True, "owner/name": "Ada"}
    assert from_post(WHERE, {"where": ["", "box"]}, {})["where"] == "box"
    assert from_post(WHERE, {"where": ["sea"]}, {"where": "box"})["where"] == "box"


def test_merging_keeps_the_other_pages_and_the_other_half_of_a_group() -> None:
    half = Step("a", "A", (Group("g", "G", (Field("x", "X", Kind.TEXT),)),))
    answers = {"g/y": "auf der anderen Seite", "other": 1, "g/x": "alt"}
    assert merged(half, {"g/x": ["neu"]}, answers) == {"g/y": "auf der anderen Seite", "other": 1, "g/x": "neu"}


def test_fields_that_open_up_are_named() -> None:
    data = {"dogs[0]": ["1"], "dogs[0]/name": ["Bello"], "dogs[0]/dangerous": ["", "true"], "dogs[0]/colours": [""]}
    answers = from_post(DOGS, data, {})
    assert revealed(DOGS, data, answers) == ["dogs[0]/reason", "dogs[0]/permit"]
    data |= {"dogs[0]/reason": ["beißt"], "dogs[0]/permit": ["", "false"]}
    assert revealed(DOGS, data, from_post(DOGS, data, {})) == []


def test_control_characters_are_marked_and_text_is_cut() -> None:
    answers = from_post(KINDS, {"text": ["a\x00b\ud800c\u202e"], "long": ["x" * 100_000]}, {})
    assert answers["text"] == "a\ufffdb\ufffdc\ufffd"
    assert len(answers["long"]) == 20_001


def test_hostile_indexes_do_not_blow_up() -> None:
    data: dict[str, list[str]] = {f"dogs[{i}]/name": ["x"] for i in range(10_000)} | {"dogs[99999999]/name": ["x"]}
    answers = from_post(DOGS, data, {})
    assert max(int(path[5 : path.index("]")]) for path in answers) == 199
    strange = {"dogs[" * 300_000: ["x"], "dogs[-1]/name": ["x"], "dogs[1e3]/name": ["x"], "dogs[]": ["x"]}
    assert not any(from_post(DOGS, strange, {}).values())
