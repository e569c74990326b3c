"""What providers may say in the middle of a ride, against a door that says anything: no ride hangs, none stops the others."""

import uuid
from datetime import timedelta

import httpx
import pytest
from django.conf import settings
from django.utils import timezone

from stadtkern.domains.mobility.actions import ride_bills, rides, riding
from stadtkern.domains.mobility.actions.counts import Refused
from stadtkern.domains.mobility.actions.ride_states import take
from stadtkern.domains.mobility.adapters import Bill, BillLine, Booking, Offered, Unavailable, tomp
from stadtkern.domains.mobility.models import Ride
from stadtkern.domains.mobility.sharing.offers import Offer
from stadtkern.domains.mobility.sharing.prices import Part
from stadtkern.domains.mobility.sharing.telling import tell
from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.payments.models import Receivable

pytestmark = pytest.mark.django_db
PRICE = (Part("FIXED", "1"),)


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


@pytest.mark.parametrize("state", ["CANCELLED", "EXPIRED"])
def test_a_ride_their_support_calls_off_is_over(door, clock, citizen, state):
    row = ride(citizen, asked="PAUSE")
    door.says["b"] = Booking("b", state)
    clock(minutes=1)
    assert (now_of(row), row.asked, row.by_provider) == ("ENDED", "", True)


@pytest.mark.parametrize("state", ["UNKNOWN", "WAITING", "HELD", "ENDING"])
def test_a_ride_nobody_speaks_of_any_more_is_over_after_three_days(door, clock, state):
    row, rented = ride(state="ENDING" if state == "ENDING" else "PAUSED"), ride(number="c")
    door.says |= {"b": Booking("b", state), "c": Booking("c", "RIDING")}
    clock(days=2)
    assert now_of(row) in ("PAUSED", "ENDING")
    clock(days=2)
    assert (now_of(row), now_of(rented)) == ("ENDED", "RIDING")
    door.says["c"] = Unavailable("one silence in the middle of a long ride ends nothing")
    clock(hours=1)
    assert now_of(rented) == "RIDING"


def test_what_contradicts_a_ride_leaves_its_buttons(door, clock):
    row = ride(asked="FINISH")
    door.says["b"] = Booking("b", "HELD")
    clock(minutes=1)
    assert (now_of(row), row.asked) == ("RIDING", "")


@pytest.mark.parametrize(("asked", "days", "end"), [("", 0, "EXPIRED"), ("SET_IN_USE", 4, "ENDED")])
def test_a_hold_without_an_end_and_a_silent_operator(door, clock, asked, days, end):
    row = ride(state="HELD", asked=asked)
    clock(minutes=30)
    assert now_of(row) == "HELD"
    clock(hours=2, days=days)
    assert now_of(row) == end


@pytest.mark.parametrize("lost", [False, True])
def test_cancelled_in_another_tab_while_it_is_booked(door, monkeypatch, citizen, lost):
    monkeypatch.setattr(rides, "provider", lambda system: door)

    def book(number):
        rides.cancel(Actor(account=citizen), Ride.objects.get().pk)
        door.asked.clear()
        if lost:
            raise Unavailable("lost", arrived=True)
        return Booking(number, "HELD", leg="l")

    door.offer, door.book = (lambda *place: Offered("b", fare=PRICE)), book
    door.says["b"] = Booking("b", "CANCELLED")
    offer = Offer("flitz", "Flitz", "f-7", "scooter", "E-Scooter", "", 51.96, 8.03, bookable=True)
    assert rides.reserve(Actor(account=citizen), offer, uuid.uuid4()).state == "CANCELLED"
    assert door.asked == [("cancel", "b")]


def test_nothing_is_reserved_without_a_price(door, citizen, monkeypatch):
    monkeypatch.setattr(rides, "provider", lambda system: door)
    door.offer, door.book = (lambda *place: Offered("b")), pytest.fail
    offer = Offer("flitz", "Flitz", "f-7", "scooter", "E-Scooter", "", 51.96, 8.03, bookable=True)
    with pytest.raises(Refused, match="keinen Preis"):
        rides.reserve(Actor(account=citizen), offer, uuid.uuid4())
    assert Ride.objects.get().state == "REFUSED" and not door.asked


def test_a_silent_operator_takes_nobodys_place(door, clock, monkeypatch):
    monkeypatch.setattr(riding, "PATIENCE", -1.0)
    for number in range(4):
        ride(number=f"s{number}", provider="stumm", look_at=timezone.now() - timedelta(hours=1))
    good = ride(number="b")
    door.says["b"] = Booking("b", "ENDED")
    riding.settle_due(timezone.now(), batch=3)
    assert now_of(good) == "ENDED" and len(door.asked) == 2


def test_an_answer_that_drips_has_an_end(monkeypatch):
    monkeypatch.setattr(tomp, "MOST_SECONDS", -1.0)
    answers = httpx.MockTransport(lambda request: httpx.Response(200, json={"state": "CONFIRMED"}))
    with pytest.raises(Unavailable):
        tomp.Tomp("https://x", "", transport=answers).look("b")


@pytest.mark.parametrize(("state", "said"), [("HELD", "EXPIRED"), ("HELD", "CANCELLED"), ("ASKED", "UNKNOWN")])
def test_a_reservation_that_ended_is_told_in_the_inbox(door, clock, citizen, state, said):
    row = ride(citizen, state=state)
    door.says["b"] = Booking("b", said)
    clock(minutes=1)
    assert "zu Ende" in Message.objects.get(about=str(row)).title and "Sie haben" not in tell(row, timezone.now()).text
    row.refresh_from_db()
    assert "Sie haben" not in tell(row, timezone.now()).text


def test_an_end_that_was_never_sent_is_not_the_persons(door, citizen):
    row = ride(citizen)
    door.says["b"] = Unavailable("busy")
    with pytest.raises(Refused):
        riding.finish(Actor(account=citizen), row.pk)
    assert take(row, Booking("b", "ENDED"), SYSTEM).by_provider
