"""What free times and bookings cost: a search over 200 counters and 30 days, a hold and a confirmation.

One command, its own throwaway database. CPU time is that of this process plus that of its PostgreSQL backend, so a busy
machine changes little.
"""

import json
import os
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from datetime import time as clock
from pathlib import Path

import throwaway

ROUNDS = int(os.environ.get("ROUNDS", "100"))
PLACES, COUNTERS, DAYS, FULL = 10, 20, 30, 0.8
FIRST = date(2027, 9, 6)  # a Monday; no holiday in the next 30 days
SEARCH_MS, BOOKING_MS = 20, 15


def main() -> None:
    with throwaway.platform("times"):
        told = measure()
    print(json.dumps(told))
    if told["search_ms"] > SEARCH_MS or told["booking_ms"] > BOOKING_MS:
        sys.exit(1)


def measure() -> dict[str, float]:
    now = lay_out()
    print(f"· {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {postgres()}")
    print(
        f"· {PLACES * COUNTERS} counters, {DAYS} days, {days_count()} days of counters, {taken_count()} appointments",
        flush=True,
    )
    told = searches(now) | bookings(now)
    told |= requests(now)
    return told


def lay_out() -> datetime:
    """Ten places of twenty counters, open 8 to 12 and 13 to 16, four of five times taken."""
    from stadtkern.kernel.appointments import actions, plan
    from stadtkern.kernel.appointments.models import Counter, Hours, Matter, Place
    from stadtkern.kernel.city.models import Office

    office = Office.objects.create(key="buergeramt", title="Bürgeramt")
    matters = [
        Matter.objects.create(key=f"matter{n}", title=f"Anliegen {n}", minutes=15, per_person_limit=1) for n in range(12)
    ]
    matters.append(Matter.objects.create(key="long", title="Beratung", minutes=90, before=10, after=5))
    for number in range(PLACES):
        place = Place.objects.create(key=f"place{number}", title=f"Bürgeramt {number}", office=office, state="NW")
        for weekday in range(5):
            for opens, closes in ((clock(8), clock(12)), (clock(13), clock(16))):
                Hours.objects.create(place=place, weekday=weekday, opens=opens, closes=closes)
        for counter in range(COUNTERS):
            Counter.objects.create(place=place, key=f"c{counter}", name=f"Schalter {counter}").matters.set(matters)
    actions.generate_days(FIRST, FIRST + timedelta(days=DAYS - 1))
    take(matters[0].pk)
    return datetime.combine(FIRST - timedelta(days=2), clock(9), plan.BERLIN)


def take(matter: int) -> None:
    """Straight into the tables; the bits are worked out by the same statement as always."""
    from django.db import connection

    from stadtkern.kernel.appointments import statement

    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(
            """
            INSERT INTO appointments_appointment (number, counter_id, place_id, matter_id, matters, channel, persons, date, starts_at,
                ends_at, before, after, first_cell, cells, limits, status, holder, name, names, email, phone, language, about, seed,
                sequence, created_at)
            SELECT 'B' || row_number() OVER (), d.counter_id, d.place_id, %s, '[["matter0", 1]]', 'desk', 1, d.date, s.at,
                s.at + interval '15 min', 0, 0, c.cell, 3, '{}', 'BOOKED', '', 'Name', '[]', '', '', 'de', '', '', 0, now()
            FROM appointments_day d, generate_series(0, 285, 3) c(cell),
                LATERAL (SELECT (d.date + c.cell * interval '5 min') AT TIME ZONE 'Europe/Berlin' AS at) s
            WHERE get_bit(d.open, c.cell) = 1 AND get_bit(d.open, c.cell + 2) = 1 AND random() < %s
            """,
            [matter, FULL],
        )
        cursor.execute("SELECT array_agg(id) FROM appointments_day")
        cursor.execute(statement.MEND, {"days": cursor.fetchone()[0]})
        cursor.execute("VACUUM ANALYZE appointments_day, appointments_appointment")


def searches(now: datetime) -> dict[str, float]:
    from stadtkern.kernel.appointments import search
    from stadtkern.kernel.appointments.wish import Wish

    last, wish = FIRST + timedelta(days=DAYS - 1), Wish.of("matter1")
    asks: dict[str, Callable[[], object]] = {
        "first 200 free times": lambda: search.free(wish, FIRST, last, now=now),
        "all free times": lambda: search.free(wish, FIRST, last, now=now, limit=100_000),
        "free times of each day": lambda: search.days(wish, FIRST, last, now=now),
        "two matters together": lambda: search.free(Wish((("matter1", 1), ("matter2", 1))), FIRST, last, now=now),
        "a long visit with preparation": lambda: search.free(Wish.of("long"), FIRST, last, now=now),
    }
    print(f"\n{'search over 30 days and 200 counters':40}{'median CPU ms':>14}{'p95':>8}{'found':>8}")
    told = {}
    for name, ask in asks.items():
        spent = timed(ask)
        told[name] = statistics.median(spent)
        print(f"{name:40}{told[name]:14.2f}{p95(spent):8.2f}{len(ask()):8}", flush=True)  # type: ignore[arg-type]
    return {"search_ms": round(max(told.values()), 2), **{f"{name}: ms": round(value, 2) for name, value in told.items()}}


def bookings(now: datetime) -> dict[str, float]:
    """Each person holds one of the free times and confirms it; every round another person and time."""
    from stadtkern.kernel.accounts.access import Actor
    from stadtkern.kernel.appointments import actions, search
    from stadtkern.kernel.appointments.wish import Window, Wish

    wish = Wish.of("matter1")
    free = search.free(wish, FIRST, FIRST + timedelta(days=DAYS - 1), now=now, limit=100_000)
    dice = random.Random(4)
    dice.shuffle(free)
    held: list[object] = []
    count = iter(range(10**6))
    window = Window(FIRST, FIRST + timedelta(days=4))

    def hold() -> None:
        one = free.pop()
        held.append(actions.hold(Actor(), wish, one.place, one.starts_at, holder=f"browser{next(count)}", now=now))

    def hold_any() -> None:
        held.append(actions.hold_any(Actor(), wish, window, holder=f"browser{next(count)}", now=now))

    def confirm() -> None:
        row = held.pop()
        actions.confirm(Actor(), row, name="Name", email=f"p{next(count)}@example.org", now=now)  # type: ignore[arg-type]

    told: dict[str, float] = {}
    print(f"\n{'the actions alone':40}{'median CPU ms':>14}{'p95':>8}")
    for name, step in {"hold this time": hold, "confirm": confirm, "hold any time of a week": hold_any}.items():
        spent = timed(step)
        told[name] = statistics.median(spent)
        print(f"{name:40}{told[name]:14.2f}{p95(spent):8.2f}", flush=True)
    return {f"{name}: ms": round(value, 2) for name, value in told.items()}


def requests(now: datetime) -> dict[str, float]:
    """The same through the pages, whole requests with session and cookies; every visitor has a browser of their own."""
    from django.test import Client

    from stadtkern.kernel.appointments import search
    from stadtkern.kernel.appointments.wish import Wish

    free = search.free(Wish.of("matter2"), FIRST, FIRST + timedelta(days=DAYS - 1), now=now, limit=100_000)
    random.Random(5).shuffle(free)
    browsers: list[tuple[Client, str]] = []
    count = iter(range(10**6))

    def hold() -> None:
        visitor = next(count)
        address = f"10.0.{visitor // 250}.{visitor % 250 + 1}"  # clicks from one address are braked
        one, browser = free.pop(), Client(headers={"host": "localhost"}, REMOTE_ADDR=address)
        answer = browser.post(
            "/termin/halten/", {"anliegen": "matter2", "zeit": f"{one.place.key} {one.starts_at.isoformat()}"}
        )
        assert answer.status_code == 302, answer.content
        browsers.append((browser, answer["location"]))

    def confirm() -> None:
        browser, address = browsers.pop()
        answer = browser.post(address, {"name": "Zoë Çelik", "email": f"q{next(count)}@example.org"})
        assert answer.status_code == 302, answer.content

    told: dict[str, float] = {}
    print(f"\n{'requests':40}{'median CPU ms':>14}{'p95':>8}")
    for name, step in {"request: hold this time": hold, "request: confirm": confirm}.items():
        spent = timed(step)
        told[name] = statistics.median(spent)
        print(f"{name:40}{told[name]:14.2f}{p95(spent):8.2f}", flush=True)
    return {"booking_ms": round(max(told.values()), 2), **{f"{name}: ms": round(value, 2) for name, value in told.items()}}


def timed(step: Callable[[], object]) -> list[float]:
    for _ in range(5):
        step()
    spent = []
    for _ in range(ROUNDS):
        begun = cpu()
        step()
        spent.append((cpu() - begun) * 1000)
    return spent


def p95(spent: list[float]) -> float:
    return statistics.quantiles(spent, n=20)[-1]


def cpu() -> float:
    return time.process_time() + backend()


def backend() -> float:
    """Seconds the PostgreSQL process of this connection was on a CPU."""
    from django.db import connection

    if connection.connection is None:
        return 0.0
    pid = connection.connection.info.backend_pid
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def one(query: str) -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query)
        return str(cursor.fetchone()[0])


def postgres() -> str:
    return f"PostgreSQL {one('SHOW server_version')}"


def days_count() -> str:
    return one("SELECT count(*) FROM appointments_day")


def taken_count() -> str:
    return one("SELECT count(*) FROM appointments_appointment")


if __name__ == "__main__":
    main()
