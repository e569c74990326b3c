"""What is measured: delays from messages to lines and sections, car traffic from counts, kinds side by side."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from stadtkern.domains.mobility import kpis
from stadtkern.domains.mobility.actions import counts, flows, live, punctuality
from stadtkern.domains.mobility.domain import DOMAIN
from stadtkern.domains.mobility.models import Count, Detector, Feed, FlowDay, LineDay, SectionDay, TripSeen
from stadtkern.domains.mobility.traffic import measured, punctual
from stadtkern.domains.mobility.traffic.reactions import settle_trips
from stadtkern.domains.mobility.trips import world
from stadtkern.lib.traffic import spread
from stadtkern.lib.traffic.reading import read_counts
from stadtkern.lib.transit.observed import words
from stadtkern.lib.transit.realtime import Realtime, StopUpdate, TripUpdate

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def feed(db):
    return Feed.objects.create(key="echtzeit", title="Echtzeit", kind="REALTIME", url="demo:echtzeit")


def a_trip(table):
    """The first trip of today that starts after six: id, planned departures."""
    for row, source in enumerate(table.trip_source.tolist()):
        if int(table.trip_day[row]) == 0:
            trip = table.trips.id[source]
            update = TripUpdate(trip, (), delay=0, start_date=table.date)
            run = next(iter(words(table, [update], 10**6))).run
            if run.stops[0][2] > 6 * 3600 and len(run.stops) > 4:
                return trip, run
    raise AssertionError


@pytest.mark.django_db
def test_a_trip_becomes_a_line_and_sections_and_is_forgotten(timetable, feed):
    table = world.timetable(timezone.localdate())
    trip, run = a_trip(table)

    def hear(at, **delays):
        told = [
            StopUpdate(stop_id=run.stops[int(place[1:])][0], arrive_delay=late, depart_delay=late)
            for place, late in delays.items()
        ]
        punctuality.note(
            feed, table, Realtime(updates=[TripUpdate(trip, tuple(told), start_date=table.date)]), table.moment(at)
        )

    hear(run.stops[0][2] - 3600, s0=500)  # an hour ahead: a prediction, nobody has seen it
    assert not TripSeen.objects.exists()
    hear(run.stops[0][2] + 60, s0=60, s1=900)
    hear(run.stops[2][2] + 400, s1=120, s2=400)  # the first stop is dropped, the second was corrected
    hear(run.stops[-1][1] + 2000, s2=400, s3=-50)  # from there on early until the end
    row = TripSeen.objects.get()
    assert [row.said[str(at)][1] for at in range(4)] == [60, 120, 400, -50]
    assert punctuality.settle(feed, row.ends_at + timedelta(minutes=40)) == 0  # perhaps not over
    planned = punctuality.planned_trips(table)
    assert punctuality.settle(feed, row.ends_at + timedelta(minutes=50), planned) == 1
    assert punctuality.settle(feed, row.ends_at + timedelta(minutes=50), planned) == 0
    line = LineDay.objects.get()
    assert (line.observed, line.on_time, line.cancelled, line.stops) == (1, 1, 0, len(run.stops))
    assert line.stops_on_time == len(run.stops) - 1 and line.planned == planned[table.date, run.route] > 1
    sections = {(one.start, one.goal): one for one in SectionDay.objects.all()}
    first = sections[run.stops[0][0], run.stops[1][0]]
    assert first.measured_s - first.planned_s == 60 and first.runs == 1
    assert not TripSeen.objects.exists()  # what could name a driver is gone


@pytest.mark.django_db
def test_hostile_and_odd_messages_change_nothing(timetable, feed):
    table = world.timetable(timezone.localdate())
    trip, run = a_trip(table)
    late = table.moment(run.stops[-1][1] + 9000)
    odd = [
        TripUpdate("gibt-es-nicht", (), delay=60),
        TripUpdate(trip, (), delay=10**30, start_date=table.date),
        TripUpdate(trip, (StopUpdate(sequence=10**9, arrive_at=2**62),), start_date=table.date),
        TripUpdate(trip, (StopUpdate(stop_id=run.stops[0][0], no_data=True),), start_date=table.date),
        TripUpdate(trip, (StopUpdate(stop_id="\x00", depart_delay=5),), start_date=date(1, 1, 1)),
        TripUpdate(trip, (), kind="added", delay=5),
    ]
    assert punctuality.note(feed, table, Realtime(updates=odd), late) == 0
    cancelled = TripUpdate(trip, (), kind="cancelled", start_date=table.date)
    assert punctuality.note(feed, table, Realtime(updates=[cancelled, cancelled]), late) == 1
    punctuality.settle(feed, late)
    assert (LineDay.objects.get().cancelled, LineDay.objects.get().observed) == (1, 0)
    assert kpis.punctuality() is None and kpis.cancelled() == 100.0


@pytest.mark.django_db
def test_the_demo_is_collected_as_a_real_source_is(timetable, feed, monkeypatch):
    day = timezone.localdate()
    eight = datetime(day.year, day.month, day.day, 8, 5, tzinfo=BERLIN)
    monkeypatch.setattr(timezone, "now", lambda: eight)
    assert live.refresh(feed)
    monkeypatch.setattr(timezone, "now", lambda: eight + timedelta(minutes=30))
    assert live.refresh(feed) and TripSeen.objects.exists()
    monkeypatch.setattr(timezone, "now", lambda: eight + timedelta(hours=4))
    settle_trips(0)
    total = punctual.kept("", punctual.days_back(28))
    assert total.observed > 5 and total.covered < 100 and 50 < total.share <= 100
    assert total.p95 > total.median and not TripSeen.objects.filter(ends_at__lt=eight).exists()
    page = Client().get("/verkehr/kennzahlen/").content.decode()
    assert "<rect" in page and all(f"von {one.planned}" in page for one in LineDay.objects.all())
    rows = Client().get("/verkehr/kennzahlen/puenktlichkeit.csv").content.decode().splitlines()
    assert rows[0].lstrip("\ufeff").startswith("day;line;planned") and len(rows) == 1 + LineDay.objects.count()
    told = Client().get("/api/v1/mobility/figures").json()
    assert told["on_time_percent"] == pytest.approx(total.share) and told["cars"] is None
    assert {one["line"] for one in told["lines"]} == set(LineDay.objects.values_list("line", flat=True))


def test_spreads_add_up_to_the_quantiles_of_everything():
    one, other = [-70, 0, 31, 62, 95], [300, 301, 10**9]
    both = spread.merged([spread.add({}, one, 30, -900, 7200), spread.add({}, other, 30, -900, 7200)])
    assert both == spread.add(spread.add({}, one, 30, -900, 7200), other, 30, -900, 7200)
    assert sum(both.values()) == 8 and spread.quantile(both, 0.5, 30) == 60 and spread.quantile(both, 1, 30) == 7200
    assert spread.quantile({}, 0.5, 30) is None


@pytest.mark.django_db
def test_car_traffic_and_kinds_come_from_counts_or_not_at_all():
    yesterday = timezone.localdate() - timedelta(days=1)
    assert flows.estimate(yesterday, 7) == 0 and measured.cars() is None
    assert [kpis.car_delay(), kpis.car_co2(), kpis.modal_split(), kpis.transit_delay()] == [None] * 4
    lines = ["Zählstelle;Datum;Stunde;Fahrzeuge;Straße;Art"]
    for back in range(15):
        day = yesterday - timedelta(days=back)
        for hour in range(24):
            busy = 300 if 7 <= hour < 18 else 40
            lines += [f"A;{day};{hour};{busy};Marktstraße;", f"B;{day};{hour};{busy // 3};Marktstraße;Rad"]
            lines += [f"C;{day};{hour};{busy // 2};Lindenstraße;Fußgänger", f"D;{day};{hour};{busy};Königsallee;Kfz"]
    counts.take(read_counts("\n".join(lines).encode()))
    assert dict(Detector.objects.values_list("key", "kind")) == {"A": "CAR", "B": "BIKE", "C": "FOOT", "D": "CAR"}
    Count.objects.filter(detector__key="D", at__date=yesterday, at__hour__lt=9).delete()
    assert flows.estimate(yesterday, 3) == 3 and flows.estimate(yesterday, 3) == 0
    row = FlowDay.objects.order_by("day").first()
    assert row.streets == 2 and 0 < row.lost_h < row.drive_h and row.co2_kg > 0
    assert 100 < measured.cars().co2_g_km < 400
    shares = measured.split()
    assert shares.streets == ("Marktstraße",)  # where only cars, or only others, are counted nothing can be said
    assert shares.green == pytest.approx(100 * (1 / 3) / (1.5 + 1 / 3), abs=0.5)
    page = Client().get("/verkehr/kennzahlen/").content.decode()
    assert "nicht vergleichbar" in page and "Sekunden" in page and "nicht gemessen" in page
    assert {one.name for one in DOMAIN.kpis} >= {"punctuality", "modal_split", "car_delay", "car_co2", "transit_delay"}
