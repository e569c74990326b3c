"""What a rush needs: a town hall with counters, mornings full of slots, and people with accounts and sessions."""

import time
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

START, MINUTES = 8, 10  # a morning begins at eight, a visit takes ten minutes
PLACE = "rathaus_rush"


@dataclass(frozen=True)
class Morning:
    """One matter, one day, so many slots; `wave` is the queue in front of it (0: none)."""

    matter: int
    key: str
    day: date
    slots: int
    wave: int = 0
    opens_at: float = 0.0


@dataclass(frozen=True)
class Human:
    """An account with a browser that is signed in."""

    account: int
    session: str
    address: str


def people(count: int) -> list[Human]:
    """Accounts, persons and sessions straight on the tables: signing in is not what is measured here."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.hashers import make_password
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    from stadtkern.kernel.accounts.models import Account, Person

    password = make_password(None)
    rows = [Account(email=f"rush{n}@example.org", name=f"Ruth Rasch {n}", password=password) for n in range(count)]
    accounts = Account.objects.bulk_create(rows, batch_size=2000)
    Person.objects.bulk_create(
        (Person(account=one, given_names="Ruth", family_name=f"Rasch {n}") for n, one in enumerate(accounts)), batch_size=2000
    )
    proof, store, later = accounts[0].get_session_auth_hash(), SessionStore(), timezone.now() + timedelta(hours=12)
    humans, sessions = [], []
    for number, account in enumerate(accounts):
        key = store._get_new_session_key() if number == 0 else f"{number:08d}{password[-24:].lower()}"[:32]
        data = {SESSION_KEY: str(account.pk), BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
                HASH_SESSION_KEY: proof, "seen": int(time.time()) + 3600}  # fmt: skip
        sessions.append(Session(session_key=key, session_data=store.encode(data), expire_date=later))
        humans.append(Human(account.pk, key, f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"))
    Session.objects.bulk_create(sessions, batch_size=2000)
    return humans


def town_hall(counters: int) -> None:
    """One place with so many counters."""
    from stadtkern.kernel.appointments.models import Counter, Place
    from stadtkern.kernel.city.models import Office

    office, _new = Office.objects.get_or_create(key="rush", defaults={"title": "Bürgeramt"})
    place = Place.objects.create(key=PLACE, title="Rathaus", office=office, state="NW")
    Counter.objects.bulk_create(
        Counter(place=place, key=f"rush{n}", name=f"Schalter {n + 1}", channels=["desk"]) for n in range(counters)
    )


def morning(name: str, ahead: int, slots: int, *, opens_in: float | None = None) -> Morning:
    """A matter of its own with all counters open for one morning; with a queue when it opens later."""
    from django.utils import timezone

    from stadtkern.kernel.appointments.models import Counter, Day, Matter, Wave

    counters = list(Counter.objects.filter(place__key=PLACE).order_by("pk"))
    each, rest = divmod(slots, len(counters))
    if rest:
        raise ValueError(f"{slots} slots do not divide among {len(counters)} counters")
    matter = Matter.objects.create(key=name, title=f"Ausweis ({name})", minutes=MINUTES, per_person_limit=1)
    day, now = timezone.localdate() + timedelta(days=ahead), timezone.now()
    opens_at = now + timedelta(seconds=opens_in or 0)
    first, cells = START * 12, each * MINUTES // 5
    bits = "0" * first + "1" * cells + "0" * (288 - first - cells)
    Day.objects.bulk_create(
        Day(counter=one, place_id=one.place_id, date=day, open=bits, free=bits, matters=[matter.pk], channels=["desk"],
            opens_at=opens_at)
        for one in counters
    )  # fmt: skip
    if opens_in is None:
        return Morning(matter.pk, name, day, slots)
    wave = Wave.objects.create(matter=matter, opens_at=opens_at, queue_from=now, first=day, last=day)
    return Morning(matter.pk, name, day, slots, wave.pk, opens_at.timestamp())


@dataclass
class Stock:
    """What stands in the database afterwards."""

    booked: int
    double_slots: int
    double_people: int
    free_left: int
    events: int
    waking: int
    numbers: dict[str, int]  # number -> account

    @property
    def double(self) -> int:
        return self.double_slots + self.double_people


def take_stock(morning: Morning) -> Stock:
    """Count by joining the appointments with themselves, not by asking our own constraints."""
    from stadtkern.kernel.events import queue

    reacts = bool(queue.REACTIONS.get("appointment.booked"))
    taken = "status IN ('HELD', 'BOOKED', 'ARRIVED', 'CALLED', 'DONE') AND matter_id = %(matter)s"
    given: dict[str, Any] = {"matter": morning.matter, "day": morning.day, "reacts": reacts}
    return Stock(
        booked=_one("SELECT count(*) FROM appointments_appointment WHERE status = 'BOOKED' AND matter_id = %(matter)s", given),
        double_slots=_one(
            f"WITH a AS (SELECT * FROM appointments_appointment WHERE {taken}) SELECT count(*) FROM a JOIN a b ON a.id < b.id"
            " AND a.counter_id = b.counter_id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at", given,
        ),
        double_people=_one(
            f"WITH a AS (SELECT * FROM appointments_appointment WHERE {taken}) SELECT count(*) FROM a JOIN a b ON a.id < b.id"
            " AND a.account_id = b.account_id", given,
        ),
        free_left=_one(
            "SELECT coalesce(sum(bit_count(free)), 0) FROM appointments_day WHERE date = %(day)s"
            " AND matters @> ARRAY[%(matter)s]::bigint[]", given,
        ),
        events=_one(
            "SELECT count(*) FROM events_event e JOIN appointments_appointment a ON e.subject = 'appointment:' || a.id"
            f" WHERE e.name = 'appointment.booked' AND {taken}", given,
        ),
        waking=_one(
            "SELECT count(*) FROM events_event e JOIN appointments_appointment a ON e.subject = 'appointment:' || a.id"
            f" WHERE %(reacts)s AND e.name = 'appointment.booked' AND {taken} AND NOT EXISTS (SELECT FROM events_tick t WHERE t.event_id = e.id)"
            " AND NOT EXISTS (SELECT FROM events_unspread u WHERE u.event_id = e.id) AND NOT EXISTS (SELECT FROM"
            " procrastinate_jobs j WHERE j.args->>'event_id' = e.id::text)", given,
        ),
        numbers=dict(_all(f"SELECT number, account_id FROM appointments_appointment WHERE {taken}", given)),
    )  # fmt: skip


def _one(statement: str, given: dict[str, Any]) -> int:
    return int(_all(statement, given)[0][0])


def _all(statement: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())
