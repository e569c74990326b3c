"""Files of counts as other cities write them, and counters that are no signal loops."""

from datetime import date

import numpy as np
import pytest

from stadtkern.lib.traffic import quality
from stadtkern.lib.traffic.forecast import Counts
from stadtkern.lib.traffic.reading import NotCounts, read_counts

DAY = date(2026, 3, 9)


def rows(text: str | bytes) -> list[tuple[str, date, int, int]]:
    return read_counts(text if isinstance(text, bytes) else text.encode()).rows


@pytest.mark.parametrize(
    "text",
    [
        "zählstelle;datum;stunde;kfz\nA;2026-03-09;7;120",
        "sep=;\nZähler;Datum;Uhrzeit;Anzahl\nA;09.03.2026;07:00:00;120,0",
        "id,timestamp,count\nA,2026-03-09T06:00:00Z,120",  # an hour later in German winter
        "id,timestamp,count\nA,2026-03-09T07:00+01:00,120",
        "id\tzeit\tcount\r\nA\t09.03.2026 07:00\t120\r\n",
        "id;datum;zeit;kfz\nA;2026/03/09;07:00-08:00;120",
        "id;datum;zeit;kfz\rA;2026/03/09;7 Uhr;120",
        "zählstelle;datum;stunde;kfz\nA;2026-03-09;7;120".encode("utf-16"),
        "zählstelle;datum;stunde;kfz\nA;2026-03-09;7;120".encode("cp1252"),
    ],
)
def test_the_same_hour_in_other_words(text):
    assert rows(text) == [("A", DAY, 7, 120)]


def test_quarters_add_up_and_an_hour_without_one_of_them_is_left_out():
    head, lines = "id;datum;zeit;kfz\n", [f"A;2026-03-09;0{hour}:{part:02d};10" for hour in (7, 8) for part in (0, 15, 30, 45)]
    assert rows(head + "\n".join(lines)) == [("A", DAY, 7, 40), ("A", DAY, 8, 40)]
    told = read_counts((head + "\n".join(lines[:-1])).encode())
    assert told.rows == [("A", DAY, 7, 40)] and told.left_out == {"part_hour": 1}


@pytest.mark.parametrize("number", ["1.000", "1,000", "1.234", "1e3", "NaN", "inf", "-5", "0x10", "٣"])
def test_what_may_be_another_number_is_left_out(number):
    with pytest.raises(NotCounts, match="no_rows"):
        read_counts(f"id;datum;stunde;kfz\nA;2026-03-09;7;{number}".encode())


def test_nobody_has_counted_tomorrow():
    told = read_counts(b"id;datum;stunde;kfz\nA;2026-03-09;7;5\nA;2062-03-09;7;5", DAY)
    assert told.rows == [("A", DAY, 7, 5)] and told.left_out == {"future": 1}


def test_wide_roads_and_crowds_are_no_faults_and_dead_days_are_not_learned():
    busy = np.tile(np.maximum(3.0, 9000 * np.exp(-((np.arange(24) - 13) ** 2) / 30)), (42, 1)).round()
    busy += np.arange(42)[:, None] % 7
    broken, dead, field = busy.copy(), busy / 50, np.zeros((42, 24))
    broken[40, 12], dead[30:33], field[:, 12] = 65_535, 0, 1
    counts = Counts(("crowd", "broken", "dead", "field"), date(2026, 1, 5), np.stack([busy, broken, dead.round(), field]))
    assert {key: [one.code for one in found] for key, found in quality.check(counts).items()} == {
        "broken": ["impossible"], "dead": ["dead"],
    }  # fmt: skip
    clean = quality.without_faults(counts)
    assert np.array_equal(clean.values[0], busy) and np.isnan(clean.values[1, 40, 12])
    assert np.isnan(clean.values[2, 30:33]).all() and np.isfinite(clean.values[2, :30]).all()
    assert np.array_equal(clean.values[3], field)  # one vehicle a day is little, not nothing
