"""A small eight o'clock with real commits: 60 people in eight threads for 12 times. `make rush` is the large one."""

import random
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.appointments.actions import admission as actions
from stadtkern.kernel.appointments.admission import about, state
from stadtkern.kernel.appointments.models import Appointment, Counter, Day, Matter, Place, Ticket, Wave
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.events.models import Unspread

PEOPLE, SLOTS, COUNTERS = 60, 12, 4
DOUBLES = """
SELECT count(*) FROM appointments_appointment a JOIN appointments_appointment b ON a.id < b.id AND (
    (a.counter_id = b.counter_id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at) OR a.account_id = b.account_id)
"""


@pytest.fixture
def wave(transactional_db: None, offices: dict[str, Office]) -> Wave:
    now, day = timezone.now(), timezone.localdate() + timedelta(days=3)
    matter = Matter.objects.create(key="pass", title="Pass", minutes=10)
    place = Place.objects.create(key="mitte", title="Mitte", office=offices["buergeramt"], state="NW")
    bits = "0" * 96 + "1" * (SLOTS // COUNTERS * 2) + "0" * (192 - SLOTS // COUNTERS * 2)
    for number in range(COUNTERS):
        counter = Counter.objects.create(place=place, key=f"c{number}", name=f"C {number}")
        Day.objects.create(counter=counter, place=place, date=day, open=bits, free=bits, matters=[matter.pk],
                           channels=["desk"], opens_at=now)  # fmt: skip
    state.forget(), about.forget()
    return Wave.objects.create(
        matter=matter, opens_at=now, queue_from=now - timedelta(hours=1), first=day, last=day, drawn_at=None
    )


def test_everybody_at_once(wave: Wave, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = [
        Account.objects.create(email=f"p{number}@example.org", name=f"P {number}", password="x") for number in range(PEOPLE)
    ]
    browsers = []
    for account in accounts:
        browser = Client()
        browser.force_login(account, backend="stadtkern.kernel.accounts.sign_in.Backend")
        browsers.append(browser)
    opens = wave.opens_at
    Wave.objects.update(opens_at=opens + timedelta(hours=1))
    url, told, read = f"/termin/einlass/{wave.pk}/", set(), {}

    def line_up(number: int) -> int:
        def stand() -> int:
            while "Gerade kommen sehr viele" in (answer := browsers[number].get(url)).content.decode():
                pass  # two join at a time, the page would come back after some seconds
            return answer.status_code

        return at_work(stand)

    def go(number: int) -> None:
        page = browsers[number].get(url).content.decode()
        if turn := re.search(r'name="turn" value="([^"]+)"', page):
            for _twice in range(2):  # a double click
                page = browsers[number].post(f"{url}buchen/", {"turn": turn[1]}).content.decode()
                if found := re.search(r'id="nummer">(T-[^<]+)<', page):
                    read.setdefault(number, set()).add(found[1])

    def come_back(number: int) -> None:
        if "Alle Termine sind vergeben" in browsers[number].get(url).content.decode():
            told.add(number)

    order = random.sample(range(PEOPLE), PEOPLE)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(line_up, order[:50])) == {200}
        Wave.objects.update(opens_at=opens)
        state.forget()
        actions.advance(wave.pk)
        Wave.objects.update(calls_at=opens - timedelta(seconds=20), turns=[[SLOTS, opens.timestamp() - 20]])
        state.forget(), about.forget()
        list(pool.map(lambda number: at_work(lambda: go(number)), order))
        state.forget()
        list(pool.map(lambda number: at_work(lambda: come_back(number)), [one for one in order if one not in read]))
    assert len(read) == SLOTS and not told & set(read) and len(told) + len(read) == PEOPLE
    assert all(len(numbers) == 1 for numbers in read.values()), "two clicks, one number"
    rows = dict(Appointment.objects.filter(status="BOOKED").values_list("number", "account"))
    assert rows == {next(iter(numbers)): accounts[number].pk for number, numbers in read.items()}
    assert all(number in order[:50] for number in read), "who waited at the opening comes before who came later"
    assert Day.objects.filter(free__contains="1").count() == 0 and Unspread.objects.count() == SLOTS
    assert Ticket.objects.count() >= 50
    with connection.cursor() as cursor:
        cursor.execute(DOUBLES)
        assert cursor.fetchone() == (0,)


def at_work(work):  # type: ignore[no-untyped-def]
    try:
        return work()
    finally:
        connections.close_all()
