"""What providers may say in the middle of a ride, against a door that says anything: no ride hangs, none stops the others."""

import uuid
from datetime import timedelta

import httpx
import pytest
from django.conf import settings
from django.utils import timezone

from stadtkern.domains.mobility.actions import ride_bills, riding
from stadtkern.domains.mobility.actions.ride_states import take
from stadtkern.domains.mobility.adapters import Bill, BillLine, Booking, Unavailable, tomp
from stadtkern.domains.mobility.models import Ride
from stadtkern.domains.mobility.sharing.telling import tell
from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.payments.models import Receivable

pytestmark = pytest.mark.django_db


class Door:
    """Says what it is told to say, by number; an exception is raised."""

    def __init__(self):
        self.says, self.bills, self.asked = {}, {}, []

    def _said(self, verb, number):
        self.asked.append((verb, number))
        said = self.says.get(number, Booking(number, "WAITING"))
        if isinstance(said, Exception):
            raise said
        return said

    def look(self, number):
        return self._said("look", number)

    def cancel(self, number):
        return self._said("cancel", number)

    def drive(self, number, leg, event):
        return self._said(event, number)

    def bill(self, leg):
        return self.bills.get(leg)


@pytest.fixture
def door(monkeypatch):
    made = Door()
    for module in (riding, ride_bills):
        monkeypatch.setattr(module, "provider", lambda system: made)
    return made


@pytest.fixture
def clock(monkeypatch):
    """Moves time on, and lets the clock do its work once."""
    late = [timedelta()]
    monkeypatch.setattr(timezone, "now", lambda real=timezone.now: real() + late[0])

    def later(**passed):
        late[0] += timedelta(**passed)
        return riding.settle_due(timezone.now())

    return later


def ride(account=None, number="b", state="RIDING", **more):
    now = timezone.now()
    began = {} if state in ("ASKED", "HELD") else {"began_at": now}
    told = {
        "provider": "flitz",
        "vehicle": number,
        "title": "E-Scooter, Flitz",
        "booking": number,
        "leg": number,
        "look_at": now,
    }
    return Ride.objects.create(account=account, state=state, once=uuid.uuid4(), **told | began | more)


def now_of(row):
    row.refresh_from_db()
    return row.state


def test_an_end_that_is_not_accepted_leaves_the_person_with_buttons(door, clock, citizen):
    row = ride(citizen, state="ENDING", finish_sent_at=timezone.now())
    take(row, Booking("b", "RIDING"), citizen.email)  # the late answer to the click before
    assert now_of(row) == "ENDING"
    door.says["b"] = Booking("b", "RIDING")
    clock(minutes=1)
    assert now_of(row) == "RIDING"
    told = tell(row, timezone.now())
    assert [one.page for one in told.acts] == ["ride_finish", "ride_pause"] and "noch nicht beendet" in told.text


@pytest.mark.parametrize("state", ["UNKNOWN", "EXPIRED"])
def test_a_hold_that_is_being_unlocked_does_not_end_at_one_word(door, clock, citizen, state):
    row = ride(citizen, state="HELD", asked="SET_IN_USE", until=timezone.now() + timedelta(minutes=10))
    door.says["b"] = Booking("b", state)
    clock(minutes=2)
    assert (now_of(row), row.asked) == ("HELD", "SET_IN_USE")
    door.says["b"] = Booking("b", "RIDING")
    clock(minutes=2)
    assert now_of(row) == "RIDING"
    other = ride(number="c", state="HELD", asked="SET_IN_USE", until=timezone.now())
    door.says["c"] = Booking("c", state)
    clock(minutes=11)
    assert now_of(other) == "EXPIRED"


def test_one_row_that_cannot_be_read_stops_nobody(door, clock, caplog):
    bad, good = ride(number="a"), ride(number="b")
    door.says |= {"a": ArithmeticError("poison"), "b": Booking("b", "ENDED")}
    with caplog.at_level("CRITICAL", logger=riding.__name__):
        assert clock(minutes=1) == 1
    assert now_of(good) == "ENDED" and now_of(bad) == "RIDING" and bad.look_at > timezone.now()


def test_times_nobody_can_mean(door, citizen):
    now = timezone.now()
    row = ride(citizen, state="PAUSED", paused_at=now, began_at=now - timedelta(hours=1))
    far = now + timedelta(days=365 * 70)
    row = take(row, Booking("b", "ENDED", began=far, ended=far), SYSTEM)
    assert row.ended_at <= timezone.now() and row.began_at <= row.ended_at and row.paused_seconds < 60
    row = take(ride(number="c"), Booking("c", "ENDED", ended=now - timedelta(days=400)), SYSTEM)
    assert row.ended_at == row.began_at  # a bill is waited for from now on, not from then


def test_what_is_put_right_in_the_journal_is_taken_off(door, citizen):
    row = ride(citizen, state="ENDED", ended_at=timezone.now())
    door.bills["b"] = Bill((BillLine("FARE", 500, 1900), BillLine("FARE", -300, 1900)))
    assert ride_bills.settle(row, SYSTEM).cents == 200
    assert sum(one.cents for one in Receivable.objects.get().positions.all()) == 200


@pytest.mark.parametrize("url", ["https://[", "https://x:port", "https://x:99999", "https://x\x00y", "http://x", "https://"])
def test_an_address_that_is_none_is_an_operator_that_does_not_answer(url):
    with pytest.raises(Unavailable):
        tomp.connect("flitz", {"url": url}).look("b")


def test_a_wrong_address_found_late(monkeypatch):
    def wrong(*_told, **_more):
        raise httpx.InvalidURL("no")

    monkeypatch.setattr(httpx.Client, "stream", wrong)
    with pytest.raises(Unavailable):
        tomp.Tomp("https://x", "").look("b")


@pytest.mark.parametrize("told", [{"adapter": "tomp", "url": "https://["}, {"adapter": "demo", "start": "x"}])
def test_a_mistyped_setting_stops_nobody(clock, monkeypatch, tmp_path, told):
    monkeypatch.setattr(settings, "HOME", tmp_path)
    monkeypatch.setitem(settings.CITY_TOML, "sharing", {"flitz": told})
    row = ride()
    clock(minutes=1)
    assert now_of(row) == "RIDING" and row.look_at > timezone.now()
