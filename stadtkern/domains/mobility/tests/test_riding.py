"""Riding with the real client against the operator's house: clicks twice, silence in the middle, bills, people who go."""

import threading
import uuid
from datetime import timedelta

import httpx
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stadtkern.domains.mobility.actions import ride_bills, rides, riding
from stadtkern.domains.mobility.actions.counts import Refused
from stadtkern.domains.mobility.adapters import tomp
from stadtkern.domains.mobility.adapters.demo_books import Tariff
from stadtkern.domains.mobility.adapters.demo_house import House
from stadtkern.domains.mobility.models import Ride
from stadtkern.domains.mobility.sharing import erasure
from stadtkern.domains.mobility.sharing.offers import Offer
from stadtkern.domains.mobility.sharing.report import report
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Person
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.payments.adapters.demo_run import serve
from stadtkern.kernel.payments.models import Payment, Receivable
from stadtkern.kernel.privacy.purposes import PURPOSES

pytestmark = pytest.mark.django_db
BIKE = Offer("flitz", "Flitz", "f-7", "scooter", "E-Scooter, Flitz", "", 51.96, 8.03, bookable=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = House(tmp_path_factory.mktemp("x"), "geheim", "flitz", pause=1)
    running = serve(made, 0)
    threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield made
    running.shutdown()
    running.server_close()


@pytest.fixture
def house(server, tmp_path, monkeypatch):
    server.folder, server.mood, server.where, server.billed, server.asked = tmp_path / "operator", "", "", None, []
    monkeypatch.setattr(tomp, "TIMEOUT", httpx.Timeout(8))
    monkeypatch.setenv("STADTKERN_TOMP_KEYS", "flitz=geheim")
    monkeypatch.setitem(settings.CITY_TOML, "sharing", {"flitz": {"adapter": "tomp", "url": server.address}})
    monkeypatch.setattr(timezone, "now", lambda real=timezone.now: real() + server.late)
    server.late = timedelta()
    return server


@pytest.fixture
def zoe(citizen):
    return Actor(account=citizen)


@pytest.fixture
def held(house, zoe):
    return rides.reserve(zoe, BIKE, uuid.uuid4())


@pytest.fixture
def ridden(held, zoe):
    return riding.unlock(zoe, held.pk)


@pytest.fixture
def disturb(house, monkeypatch):
    """The operator's mood at some addresses; "" makes it well again. Only who is slow is waited for shortly."""

    def change(mood, where=""):
        monkeypatch.setattr(tomp, "TIMEOUT", httpx.Timeout(0.5 if mood == "slow" else 8))
        house.mood, house.where = mood, where

    return change


def later(house, minutes):
    """Time passes, and the clock does its work once."""
    house.late += timedelta(minutes=minutes)
    return riding.settle_due(timezone.now())


def test_one_that_does_not_answer_keeps_nobody_waiting(house, zoe, ridden, other_citizen, monkeypatch):
    rides.reserve(Actor(account=other_citizen), Offer(**{**BIKE.__dict__, "vehicle": "f-8"}), uuid.uuid4())
    looked = []
    monkeypatch.setattr(riding, "PATIENCE", -1.0)
    monkeypatch.setattr(riding, "_look", lambda row, now: looked.append(row) or row)
    later(house, 30)
    assert len(looked) == 1


def entries(house):
    return house.books.journal()


def diary(row):
    return [event.name.removeprefix("ride.") for event in Event.objects.filter(subject=str(row)).order_by("pk")]


def test_from_the_reservation_to_the_receipt(house, zoe, held):
    assert held.state == "HELD" and held.leg and held.fare
    assert riding.unlock(zoe, held.pk).state == riding.unlock(zoe, held.pk).state == "RIDING"
    house.late += timedelta(minutes=4, seconds=30)
    assert riding.pause(zoe, held.pk).state == riding.pause(zoe, held.pk).state == "PAUSED"
    house.late += timedelta(minutes=9, seconds=30)
    assert riding.unlock(zoe, held.pk).state == "RIDING"
    row = riding.finish(zoe, held.pk)
    assert riding.finish(zoe, held.pk) == row and row.state == "BILLED" and row.cents == 100 + 5 * 19 + 10 * 5
    assert 569 <= row.paused_seconds <= 600 and not row.by_provider
    payment = Payment.objects.get()
    assert (payment.about, payment.amount_cents, payment.status) == (str(row), 245, Payment.Status.OPEN)
    claim = Receivable.objects.get()
    assert claim.key == "sharing" and not claim.voluntary and claim.positions.get().tax_bp == 1900
    assert len(entries(house)) == 1 and not Message.objects.exists()  # the person was there: no letter
    assert later(house, 60) == 0 and Payment.objects.count() == 1
    expected = "asked offered held set_in_use_sent riding pause_sent paused set_in_use_sent riding finish_sent ended billed"
    assert [name for name in diary(row) if not name.startswith("payment")] == expected.split()


@pytest.mark.parametrize(("mood", "done"), [("lost", True), ("slow", True), ("broken", False)])
def test_silence_while_unlocking(house, disturb, zoe, held, mood, done):
    """It is sent once; the page is honest; the clock asks; nothing is begun twice."""
    disturb(mood, "/legs")
    row = riding.unlock(zoe, held.pk)
    assert (row.state, row.asked) == ("HELD", "SET_IN_USE")
    assert riding.unlock(zoe, held.pk).asked == "SET_IN_USE"  # not sent again
    with pytest.raises(Refused, match="entsperrt"):
        rides.cancel(zoe, held.pk)
    assert diary(row).count("set_in_use_sent") == 1
    disturb("")
    assert later(house, 0) == 0  # not yet
    later(house, 2)
    row.refresh_from_db()
    assert (row.state, row.asked) == (("RIDING" if done else "HELD"), "")
    assert riding.unlock(zoe, held.pk).state == "RIDING"


def test_an_order_that_arrives_late_is_found(house, disturb, zoe, held):
    """Asked too early, the operator says "locked"; the next question finds the ride that began behind our back."""
    disturb("broken", "/legs")
    riding.unlock(zoe, held.pk)
    disturb("")
    later(house, 2)
    house.books.move(held.leg, "SET_IN_USE")
    later(house, 6)
    held.refresh_from_db()
    assert held.state == "RIDING" and held.began_at


@pytest.mark.parametrize(("mood", "done"), [("lost", True), ("slow", True), ("broken", False)])
def test_silence_while_ending(house, disturb, zoe, ridden, mood, done):
    house.late += timedelta(minutes=3)
    disturb(mood, "/legs")
    row = riding.finish(zoe, ridden.pk)
    assert (row.state, row.asked) == ("RIDING", "FINISH") and riding.finish(zoe, ridden.pk).asked == "FINISH"
    disturb("")
    later(house, 2)
    row.refresh_from_db()
    if not done:  # it never arrived: the ride goes on, the button is there again
        assert (row.state, row.asked) == ("RIDING", "") and not Payment.objects.exists()
        row = riding.finish(zoe, ridden.pk)
    assert row.state == "BILLED" and not row.by_provider and Payment.objects.get().amount_cents == row.cents
    assert len(entries(house)) == 1 and Message.objects.count() == int(done)  # found by the clock: a letter says so


@pytest.mark.parametrize("mood", ["busy", "jammed"])
def test_what_never_arrived_may_be_tried_again(house, disturb, zoe, held, mood):
    disturb(mood, "/legs")
    with pytest.raises(Refused, match="noch einmal"):
        riding.unlock(zoe, held.pk)
    disturb("")
    assert riding.unlock(zoe, held.pk).state == "RIDING"


def test_a_bill_that_comes_later(house, disturb, zoe, ridden):
    disturb("late")
    row = riding.finish(zoe, ridden.pk)
    assert row.state == "ENDED" and not Payment.objects.exists()
    assert rides.reserve(zoe, Offer(**{**BIKE.__dict__, "vehicle": "f-8"}), uuid.uuid4()).state == "HELD"  # life goes on
    disturb("")
    later(house, 2)
    row.refresh_from_db()
    assert row.state == "BILLED" and "kostet 1" in Message.objects.get().body
    assert ride_bills.settle(row, zoe.key) == row and Payment.objects.count() == 1


@pytest.mark.parametrize("most", [60_000, 1_000_000])
def test_a_bill_nobody_believes_or_that_never_comes(house, zoe, ridden, most):
    house.billed = Tariff(start=most, most=most)
    row = riding.finish(zoe, ridden.pk)
    assert row.state == "ENDED" and not Payment.objects.exists()
    later(house, 24 * 60 * 31)
    row.refresh_from_db()
    assert row.state == "UNBILLED" and not Receivable.objects.exists()


def test_a_ride_without_price_costs_nothing(house, zoe, ridden):
    house.billed = Tariff(start=0, minute=0, pause=0)
    row = riding.finish(zoe, ridden.pk)
    assert (row.state, row.cents) == ("BILLED", 0) and not Receivable.objects.exists()


def test_the_operator_ends_what_nobody_ends(house, zoe, ridden):
    later(house, 60 * 26)
    ridden.refresh_from_db()
    assert ridden.state == "BILLED" and ridden.by_provider and ridden.cents == house.tariff.most
    assert ridden.ended_at - ridden.began_at == timedelta(hours=24)
    assert "Der Anbieter hat sie beendet" in Message.objects.get().body


def test_an_end_that_arrives_late_is_the_persons_own(house, disturb, zoe, ridden):
    disturb("broken", "/legs")
    riding.finish(zoe, ridden.pk)
    disturb("")
    later(house, 2)  # still under way there
    house.books.move(ridden.leg, "FINISH")
    later(house, 6)
    ridden.refresh_from_db()
    assert ridden.state == "BILLED" and not ridden.by_provider
    assert "Anbieter hat sie beendet" not in Message.objects.get().body


def test_a_hold_does_not_end_while_nobody_knows(house, disturb, zoe, held):
    """The operator is away when the time is over, and the ride has begun behind our back: it is found, not forgotten."""
    disturb("broken")
    house.books.move(held.leg, "SET_IN_USE")
    later(house, 15)
    held.refresh_from_db()
    assert held.state == "HELD"
    disturb("")
    later(house, 6)
    held.refresh_from_db()
    assert held.state == "RIDING"
    assert riding.finish(zoe, held.pk).state == "BILLED"
    row = rides.reserve(zoe, BIKE, uuid.uuid4())
    disturb("broken")
    later(house, 75)  # an hour of silence, and no unlock was ever sent
    row.refresh_from_db()
    assert row.state == "EXPIRED"


def test_silence_while_reserving(house, disturb, zoe):
    disturb("lost", "/bookings")
    once = uuid.uuid4()
    row = rides.reserve(zoe, BIKE, once)
    assert row.state == "ASKED" and row.booking and rides.reserve(zoe, BIKE, once) == row
    with pytest.raises(Refused, match="schon ein Fahrzeug"):
        rides.reserve(zoe, BIKE, uuid.uuid4())
    disturb("")
    later(house, 2)
    row.refresh_from_db()
    assert row.state == "HELD" and rides.cancel(zoe, row.pk).state == rides.cancel(zoe, row.pk).state == "CANCELLED"
    for mood, words in (("broken", "paar Minuten"), ("busy", "keine Anfragen")):  # the offer: nothing can have happened
        disturb(mood, "/planning")
        with pytest.raises(Refused, match=words):
            rides.reserve(zoe, BIKE, uuid.uuid4())
    disturb("")
    with pytest.raises(Refused, match="jemand anderes"):
        rides.reserve(zoe, Offer(**{**BIKE.__dict__, "vehicle": "f-13"}), uuid.uuid4())
    assert not Ride.objects.open().exists()


def test_an_operator_that_forgets(house, zoe, ridden, tmp_path):
    house.folder = tmp_path / "elsewhere"
    later(house, 10)
    ridden.refresh_from_db()
    assert ridden.state == "RIDING"  # we keep asking
    later(house, 60 * 24 * 4)
    later(house, 60 * 24 * 31)
    ridden.refresh_from_db()
    assert ridden.state == "UNBILLED" and not Payment.objects.exists()


def test_only_ones_own(house, zoe, ridden, other_citizen):
    otto = Actor(account=other_citizen)
    for verb in (riding.unlock, riding.pause, riding.finish, rides.cancel):
        with pytest.raises(Ride.DoesNotExist):
            verb(otto, ridden.pk)
        with pytest.raises(Ride.DoesNotExist):
            verb(Actor(), ridden.pk)


def test_a_person_who_goes(house, zoe, ridden):
    assert rides.forget_of(zoe.account.pk) == 0
    ridden.refresh_from_db()
    assert ridden.account is None
    later(house, 60 * 26)
    ridden.refresh_from_db()
    assert ridden.state == "UNBILLED" and ridden.cents == 1500 and not Payment.objects.exists() and not Message.objects.exists()
    house.late += timedelta(days=91)
    assert rides.forget(timezone.now()) == 1


def page(browser, path):
    return " ".join(browser.get(path).content.decode().split()).replace("\xa0", " ")


def test_pages_say_what_is_and_what_to_do(house, disturb, zoe, held, login, django_assert_max_num_queries):
    browser, here = login(zoe.account), f"/teilen/meine/{held.pk}/"
    assert "Für Sie da bis" in page(browser, here) and "0,19 € je Minute" in page(browser, here)
    disturb("lost", "/legs")
    assert browser.post(f"{here}entsperren/").headers["location"] == here
    assert "wird geklärt" in page(browser, here) and "Entsperren und" not in page(browser, here)
    disturb("")
    later(house, 2)
    assert "Unterwegs seit" in page(browser, "/teilen/meine/") and "kostet es nach dem Angebot" in page(browser, here)
    browser.post(f"{here}pause/")
    assert "Pause seit" in page(browser, here) and "Weiterfahren" in page(browser, here)
    browser.post(f"{here}entsperren/")
    house.billed = Tariff(minute=99)
    house.late += timedelta(minutes=10)
    browser.post(f"{here}beenden/")
    told = page(browser, here)
    assert "Jetzt bezahlen" in told and "Das ist anders als angeboten" in told and "0,99 € je Minute" in told
    assert "Nach dem Angebot wären es" in told
    assert "noch zu bezahlen" in page(browser, "/teilen/meine/")
    for verb in ("absagen", "entsperren", "pause", "beenden"):
        assert browser.get(f"{here}{verb}/").status_code == 405 and browser.post(f"{here}{verb}/").status_code == 302
    assert browser.post(f"/teilen/meine/{2**70}/beenden/").status_code == 404
    browser.get("/teilen/meine/")
    with CaptureQueriesContext(connection) as one:
        browser.get("/teilen/meine/")
    Ride.objects.bulk_create(
        Ride(account=zoe.account, state="BILLED", cents=5, title="x", once=uuid.uuid4()) for _n in range(9)
    )
    with django_assert_max_num_queries(len(one)):
        browser.get("/teilen/meine/")


def test_nobody_else_learns_who_rides(house, zoe, ridden, monkeypatch):
    """The operator hears numbers, the diary keeps numbers, the report has all of it, and after 90 days it is gone."""
    heard = []
    ask = House._act
    monkeypatch.setattr(House, "_act", lambda *told: heard.append((told, _heard(told[3]))) or ask(*told))
    row = riding.finish(zoe, ridden.pk)
    assert heard and row.state == "BILLED"
    account = zoe.account
    person = Person.objects.filter(account=account).first()
    words = [account.email, account.name, *([person.family_name, person.street] if person else [])]
    said = repr([head for _told, head in heard])
    assert not [word for word in words if word and word in said]
    assert not [event for event in Event.objects.filter(subject=str(row)) if set(event.data) - {"cents", "payment", "entry"}]
    told = report(zoe)["rides"]
    assert [(one["vehicle"], one["cents"], one["state"]) for one in told] == [("f-7", row.cents, "BILLED")]
    assert {field.name for field in Ride._meta.fields} - set(told[0]) == {"id", "account", "once", "look_at"}
    assert report(Actor(account=None)) == {"rides": []}
    assert erasure.preview(account.pk, None).goes == ["Ihre Fahrten mit Leihfahrzeugen"]
    house.late += timedelta(days=89)
    assert rides.forget(timezone.now()) == 0
    house.late += timedelta(days=2)
    assert rides.forget(timezone.now()) == 1 and Payment.objects.get().about == str(row)
    assert PURPOSES["sharing"].how_long.startswith("90 Tage")


def _heard(environ):
    return {key: value for key, value in environ.items() if key.startswith(("HTTP_", "PATH", "QUERY"))}


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once(house, zoe, held):
    """Both buttons of two tabs at the same moment: one is sent."""

    def click(verb):
        try:
            verb(zoe, held.pk)
        finally:
            connection.close()

    for verb, name in ((riding.unlock, "set_in_use_sent"), (riding.finish, "finish_sent")):
        threads = [threading.Thread(target=click, args=(verb,)) for _one in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert diary(held).count(name) == 1
    held.refresh_from_db()
    assert held.state == "BILLED" and Payment.objects.count() == 1 and len(entries(house)) == 1
