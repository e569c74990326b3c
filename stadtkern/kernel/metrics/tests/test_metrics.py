"""Figures are measured once a day, one that fails stops no other, targets are set by those who may."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from stadtkern.kernel.events.models import Event
from stadtkern.kernel.metrics import actions, definitions, queries
from stadtkern.kernel.metrics.course import course
from stadtkern.kernel.metrics.definitions import KPI, Group
from stadtkern.kernel.metrics.models import KPITarget, KPIValue

OFFICE = "Amt für Proben"


def broken() -> float:
    """As the database answers a wrong question: the transaction is spoilt."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT gibt_es_nicht FROM nirgends")
    return 1.0


@pytest.fixture
def figures(monkeypatch):
    """Two departments: good more, good less, nothing measured, wrong, no number, by law, neither way."""
    values = {"share": 72.46, "days": 1.0}
    one = Group("eins", "Abteilung Eins", (
        KPI("share", "Anteil", "%", OFFICE, lambda: values["share"]),
        KPI("wrong", "Kaputt", "", OFFICE, broken),
        KPI("days", "Tage", "Tage", OFFICE, lambda: values["days"], better="less", unit_one="Tag"),
        KPI("silent", "Stumm", "%", OFFICE, lambda: None, missing="Dafür fehlt ein Zähler."),
    ))  # fmt: skip
    two = Group("zwei", "Abteilung Zwei", (
        KPI("endless", "Endlos", "", OFFICE, lambda: float("inf")),
        KPI("in_time", "Rechtzeitig", "%", OFFICE, lambda: 90.0, lawful=100, law="Art. 33 Abs. 1 DSGVO"),
        KPI("many", "Ausweise", "", OFFICE, lambda: 1234, better=""),
    ))  # fmt: skip
    monkeypatch.setattr(definitions, "GROUPS", [one, two])
    return values


def states() -> dict[str, tuple[str, float | None]]:
    return {row.key: (row.state, row.value) for row in KPIValue.objects.all()}


def text(path: str, client: Client | None = None) -> str:
    return (client or Client()).get(path).content.decode().split("<main")[1].split("</main>")[0]


def test_one_that_fails_stops_no_other_and_is_named(db, figures, caplog):
    assert actions.measure(date(2026, 11, 30)) == ["eins.wrong", "zwei.endless"]
    assert states() == {
        "eins.share": ("MEASURED", 72.46), "eins.wrong": ("FAILED", None), "eins.days": ("MEASURED", 1.0),
        "eins.silent": ("NOT_MEASURED", None), "zwei.endless": ("FAILED", None),
        "zwei.in_time": ("MEASURED", 90.0), "zwei.many": ("MEASURED", 1234.0),
    }  # fmt: skip
    assert "eins.wrong" in caplog.text
    line = Event.objects.get(name="metrics.measured")
    assert line.data == {"measured": 4, "not_measured": 1, "failed": 2} and line.subject == "day:2026-11-30"


def test_a_second_measurement_of_a_day_replaces_the_first(db, figures):
    actions.measure(date(2026, 11, 29))
    figures["share"], figures["days"] = 50.0, None
    for _twice in range(2):
        actions.measure(date(2026, 11, 30))
    rows = KPIValue.objects.filter(key__in=["eins.share", "eins.days"]).order_by("key", "day")
    assert [(row.key, row.day.day, row.value) for row in rows] == [
        ("eins.days", 29, 1.0), ("eins.days", 30, None), ("eins.share", 29, 72.46), ("eins.share", 30, 50.0),
    ]  # fmt: skip


def test_the_database_tells_nought_from_not_measured(db):
    for state, value in (("MEASURED", None), ("NOT_MEASURED", 0.0), ("FAILED", 1.0)):
        with pytest.raises(IntegrityError), transaction.atomic():
            KPIValue.objects.create(key="eins.share", day=date(2026, 11, 30), state=state, value=value)
    KPIValue.objects.create(key="eins.share", day=date(2026, 11, 30), state="MEASURED", value=0.0)


def test_less_may_be_better(figures):
    (_one, share), (_same, days) = definitions.find("eins", "share"), definitions.find("eins", "days")
    assert share.reached(90, 90) and share.reached(91, 90) and not share.reached(89, 90)
    assert days.reached(5, 5) and days.reached(4, 5) and not days.reached(6, 5)
    for wrong in ({"better": "up"}, {"lawful": 1}, {"law": "§ 1"}, {"lawful": 1, "law": "§ 1", "better": ""}):
        with pytest.raises(ValueError):
            KPI("x", "X", "", OFFICE, lambda: None, **wrong)


def test_the_page_says_value_target_owner_and_what_is_missing(db, figures, mayor):
    assert "Noch nie gemessen" in text("/kennzahlen/")
    actions.measure(timezone.localdate())
    page = text("/kennzahlen/")
    assert page.index("Abteilung Eins") < page.index("72,5\xa0%") < page.index("Abteilung Zwei")
    assert "1\xa0Tag<" in page and "1.234<" in page and OFFICE in page and "Kein Ziel gesetzt" in page
    assert "nicht gemessen" in page and "Dafür fehlt ein Zähler." in page and "Messung nicht gelungen" in page
    assert "Ziel: mindestens 100\xa0%" in page and "Art. 33 Abs. 1 DSGVO" in page and "nicht erreicht" in page
    assert "weder gut noch schlecht" in page and "<svg" not in page  # one day is no course
    assert "style=" not in page and "<script" not in page


def test_a_target_is_entered_by_the_mayor_alone(db, figures, mayor, lead, operator, login):
    actions.measure(timezone.localdate())
    place, told = "/kennzahlen/eins/days/ziel/", {"value": "2,5", "because": "Ratsbeschluss vom 12.03.2026"}
    assert Client().post(place, told).status_code == 302
    assert {login(one.account).post(place, told).status_code for one in (lead, operator)} == {403}
    browser = login(mayor.account)
    assert {browser.get(f"/kennzahlen/{one}/ziel/").status_code for one in ("zwei/in_time", "zwei/many", "drei/days")} == {404}
    for wrong in ({}, {"value": "viel", "because": "x"}, {"value": "-1", "because": "x"}, {"value": "nan", "because": "x"}):
        assert browser.post(place, wrong).status_code == 422
    assert browser.post("/kennzahlen/eins/share/ziel/", {"value": "101", "because": "x"}).status_code == 422
    assert not KPITarget.objects.exists()
    assert browser.post(place, told).status_code == 302
    page = text("/kennzahlen/eins/days/", browser)
    assert "Ziel: höchstens 2,5\xa0Tage" in page and "Ratsbeschluss vom 12.03.2026" in page and "Ziel ändern" in page
    assert ">erreicht<" in page and "Ziel ändern" not in text("/kennzahlen/eins/days/")
    browser.post(place, {"value": "", "because": "Aufgehoben am 01.04.2026"})
    assert "Kein Ziel gesetzt" in text("/kennzahlen/eins/days/")
    assert list(KPITarget.objects.order_by("id").values_list("value", flat=True)) == [2.5, None]  # nothing is lost
    assert Event.objects.filter(name="metrics.target_set", actor=f"staff:{mayor.pk}").count() == 2
    assert queries.targets()["zwei.in_time"].value == 100
    with pytest.raises(actions.NoTarget):
        actions.set_target(None, "zwei.in_time", definitions.find("zwei", "in_time")[1], 50, "x")


def test_the_course_has_gaps_where_nothing_was_measured():
    days = [date(2026, 11, 1) + timedelta(days=count) for count in range(7)]
    told = course([(days[0], 1.0), (days[1], 3.0), (days[2], None), (days[3], 2.0), (days[5], 2.0), (days[6], 5.0)], 5.0)
    assert told.lines == ["5.0,43.0 43.3,24.0", "196.7,33.5 235.0,5.0"] and told.points == [("120.0", "33.5")]
    assert (told.least, told.most, told.target) == (1.0, 5.0, "5.0")
    assert course([(days[0], 1.0), (days[1], None)], None) is None
    assert course([(days[0], 2.0), (days[1], 2.0)], None).lines == ["5.0,24.0 235.0,24.0"]


def test_the_course_is_told_in_words(db, figures):
    for back, share in ((2, 60.0), (1, 80.0), (0, 70.0)):
        figures["share"] = share
        actions.measure(timezone.localdate() - timedelta(days=back))
    page = text("/kennzahlen/eins/share/")
    assert "der niedrigste Wert dazwischen 60\xa0%, der höchste 80\xa0%" in page and page.count("<polyline") == 1
    assert page.index("70\xa0%</td>") < page.index("60\xa0%</td>")  # the newest first
    figures["share"] = None
    actions.measure(timezone.localdate())
    assert f"Zuletzt am {timezone.localdate() - timedelta(days=1):%d.%m.%Y}: 80\xa0%." in text("/kennzahlen/eins/share/")


def test_open_data_has_every_value(db, figures):
    actions.measure(date(2026, 11, 29))
    rows = Client().get("/kennzahlen/kennzahlen.csv").content.decode().splitlines()
    assert rows[0] == "\ufeffday;department;kpi;title;value;unit;state" and len(rows) == 8
    assert "2026-11-29;eins;share;Anteil;72,46;%;measured" in rows
    assert "2026-11-29;eins;silent;Stumm;;%;not_measured" in rows
    told = {one["kpi"]: one for one in Client().get("/kennzahlen/kennzahlen.json").json()["kpis"]}
    assert told["share"]["values"] == [{"day": "2026-11-29", "value": 72.46, "state": "measured"}]
    assert told["wrong"]["values"][0]["value"] is None and told["many"]["better"] is None
    assert told["in_time"]["target"] == {"value": 100, "because": "Art. 33 Abs. 1 DSGVO", "since": None}


@pytest.mark.parametrize("path", ["/kennzahlen/", "/kennzahlen/eins/share/", "/kennzahlen/kennzahlen.csv"])
def test_years_of_values_are_read_with_the_same_few_questions(db, figures, path, django_assert_max_num_queries):
    for back in range(120):
        KPIValue.objects.bulk_create(
            KPIValue(key=key, day=timezone.localdate() - timedelta(days=back), state="MEASURED", value=float(back))
            for key, _group, _kpi in definitions.every()
        )
    with django_assert_max_num_queries(2):
        assert Client().get(path).status_code == 200
