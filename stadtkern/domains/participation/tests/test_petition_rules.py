"""The numbers of petitions, without a database: shares, what is needed, clocks, reminders, templates, the city's overlay."""

from datetime import date
from decimal import Decimal

import pytest

from stadtkern.domains.participation import petitionrules, templating
from stadtkern.domains.participation.petitionrules import SharesBroken, reminder_due, shares_of, threshold

INITIATIVE = "10000: 10; 20000: 9; 30000: 8; 50000: 7; 100000: 6; 200000: 5; 500000: 4; 3"


@pytest.mark.parametrize(
    ("people", "needed"),
    [(9_999, 1000), (10_000, 1000), (10_001, 901), (50_000, 3500), (50_001, 3001), (500_000, 20_000), (1_000_000, 30_000)],
)
def test_a_share_in_steps_is_rounded_up(people, needed):
    assert threshold({"shares": INITIATIVE, "threshold": 0}, people).needed == needed


def test_a_share_has_a_ceiling_and_without_one_the_number_holds():
    assert threshold({"shares": "5", "threshold": 4000}, 30_000) == petitionrules.Threshold(1500, Decimal(5), 30_000)
    assert threshold({"shares": "5", "threshold": 4000}, 90_000) == petitionrules.Threshold(4000, Decimal(5), 90_000, True)
    assert threshold({"threshold": 500}, 90_000) == petitionrules.Threshold(500)
    assert threshold({"shares": "2,5"}, 41).needed == 2 and threshold({}, 0).needed == 1


@pytest.mark.parametrize(
    "text", ["fünf", "0", "101", "20000: 5", "20000: 5; 10000: 4; 3", "5; 4", "10000: 5; 10000: 4; 3", "-5"]
)
def test_shares_nobody_can_read_are_refused(text):
    with pytest.raises(SharesBroken):
        shares_of(text)


def test_the_councils_clock_ends_within_the_month():
    assert petitionrules.council_day(date(2026, 10, 31), {"council_months": 4}) == date(2027, 2, 28)
    assert petitionrules.council_day(date(2026, 10, 31), {"council_months": 0}) is None


def test_only_the_latest_reminder_is_due_and_only_once():
    assert [reminder_due("council", left, []) for left in (61, 60, 31, 30, 7, 0, -3)] == [
        "", "council:60", "council:60", "council:30", "council:7", "council:0", "council:0",
    ]  # fmt: skip
    assert reminder_due("council", 25, ["council:30"]) == "" and reminder_due("collect", 2, ["collect:14"]) == "collect:3"


def test_templates_of_petitions_say_their_law_and_can_be_read():
    for kind in ("petition", "einwohnerantrag", "buergerbegehren"):
        made = templating.template(kind)
        defaults = made.defaults()
        assert "zu prüfen" in defaults["law"] and petitionrules.checks_of(defaults)
        assert petitionrules.threshold(defaults, 50_000).needed > 1 and any("sign" in one.allows for one in made.phases)


def test_a_city_puts_its_own_numbers_over_a_template(settings, tmp_path):
    (tmp_path / "processes").mkdir()
    file = tmp_path / "processes" / "einwohnerantrag.toml"
    file.write_text('[defaults]\nshares = "1"\n[who.laufend]\nresidents = true\nmin_age = 16\n', encoding="utf-8")
    settings.CITY_FOLDER = tmp_path
    made = templating._read.__wrapped__()["einwohnerantrag"]
    assert made.defaults()["shares"] == "1" and made.phases[0].who == {"residents": True, "min_age": 16}
    file.write_text("[phasen]\n", encoding="utf-8")
    with pytest.raises(templating.TemplateBroken):
        templating._read.__wrapped__()
