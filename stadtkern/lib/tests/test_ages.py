"""Ages around birthdays, and of what is no date."""

from datetime import date

import pytest

from stadtkern.lib.ages import age_on


@pytest.mark.parametrize(
    ("birth", "day", "years"),
    [
        ("2008-11-30", date(2026, 11, 29), 17),
        ("2008-11-30", date(2026, 11, 30), 18),
        ("2008-02-29", date(2026, 2, 28), 17),
        ("2008-02-29", date(2026, 3, 1), 18),
        ("2008-02-30", date(2026, 3, 1), None),
        ("2008-02", date(2026, 3, 1), None),
        (None, date(2026, 3, 1), None),
        (20080230, date(2026, 3, 1), None),
        ("\0", date(2026, 3, 1), None),
    ],
)
def test_full_years(birth: object, day: date, years: int | None) -> None:
    assert age_on(birth, day) == years
