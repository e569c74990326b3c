"""A believable week at the counters of the demo: appointments on the next open day, half a year of figures, duties."""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Staff
from stadtkern.kernel.appointments import actions, plan, search
from stadtkern.kernel.appointments.desk import actions as desk
from stadtkern.kernel.appointments.models import Counter, Place
from stadtkern.kernel.appointments.refusals import Refused
from stadtkern.kernel.appointments.wish import Wish
from stadtkern.lib.calendar import is_working_day

WEEKS = 26
BUSY = {"buergeramt_mitte": 11, "buergeramt_nord": 5, "zulassung": 7}  # people in an ordinary hour
WEEKDAY = (1.25, 1.0, 0.8, 1.15, 0.9)
WANTED = ("personalausweis", "ummeldung", "reisepass", "ausweis_abholung", "meldebescheinigung", "beglaubigung")
BOOKED = 34


def play(source: dict[str, Any], today: date | None = None) -> int:
    """How many appointments were booked."""
    today, lot = today or timezone.localdate(), random.Random(5)  # noqa: S311 - play, no secret
    for key, usual in BUSY.items():
        if place := Place.objects.filter(key=key).first():
            desk.import_history(place, _history(place, usual, today, lot))
    _duties(today)
    return _book(source, today, lot)


def _history(place: Place, usual: int, today: date, lot: random.Random) -> Iterator[tuple[date, int, dict[str, int]]]:
    """Invented, with a weekly pattern, a fuller day after holidays, and noise."""
    for number in range(WEEKS * 7, 0, -1):
        day = today - timedelta(days=number)
        if not is_working_day(day, place.state):
            continue
        fuller = 1.3 if not is_working_day(day - timedelta(days=1), place.state) and day.weekday() else 1.0
        for hour in range(8, 16 if day.weekday() in (0, 1, 3) else 12):
            people = max(0, round(lot.gauss(usual * WEEKDAY[day.weekday()] * fuller, usual * 0.18)))
            booked = round(people * 0.6)
            tickets, missed = people - booked, round(booked * lot.uniform(0, 0.2))
            served = people - missed
            yield day, hour, {
                "booked": booked, "missed": missed, "tickets": tickets, "gone": lot.randint(0, 1) if tickets else 0,
                "waited": served, "wait_seconds": served * lot.randint(240, 900), "served": served,
                "service_seconds": served * lot.randint(420, 780),
            }  # fmt: skip


def _book(source: dict[str, Any], today: date, lot: random.Random) -> int:
    """On the next open day of the main office, some of them with two persons."""
    wish = Wish.of(WANTED[0], places=("buergeramt_mitte",))
    early = _early(today)
    open_days = search.days(wish, today, today + timedelta(days=10), now=early, unreleased=True)
    if not open_days:
        return 0
    day, booked = min(open_days), 0
    for number in range(BOOKED):
        key = lot.choice(WANTED)
        persons = 2 if key in ("personalausweis", "reisepass", "ummeldung") and number % 5 == 0 else 1
        name = f"{lot.choice(source['female' if number % 2 else 'male'])} {lot.choice(source['family'])}"
        booked += _one(Wish.of(key, persons, places=("buergeramt_mitte",)), day, name, number, lot)
    return booked


def _one(wish: Wish, day: date, name: str, number: int, lot: random.Random) -> bool:
    early = _early(day)
    try:
        times = search.free(wish, day, day, limit=400, now=early, unreleased=True)
        if not times:
            return False
        chosen = lot.choice(times)
        nobody = Actor()
        held = actions.hold(
            nobody, wish, chosen.place, chosen.starts_at, holder=f"seed-{day}-{number}", for_other=True, now=early
        )
        actions.confirm(nobody, held, name=name, names=["Kind"] * (wish.persons - 1), for_other=True, now=early)
    except Refused:
        return False
    return True


def _duties(today: date) -> int:
    """The clerks of the demo have duties this and next week; the roster is not in force."""
    counters = list(Counter.objects.filter(place__key="buergeramt_mitte", channels__contains=["desk"]).order_by("pk"))
    staff = Staff.objects.filter(office__key="buergeramt", role__in=["CLERK", "LEAD"]).order_by("pk")
    days = [today + timedelta(days=n) for n in range(14) if (today + timedelta(days=n)).weekday() < 5]
    made = 0
    for member, counter in zip(staff, counters, strict=False):
        try:
            made += len(desk.add_shifts(Actor(), member, counter, days, time(8), time(16)))
        except Refused:  # seeded before
            continue
    return made


def _early(day: date) -> datetime:
    return datetime.combine(day, time(5), plan.BERLIN)
