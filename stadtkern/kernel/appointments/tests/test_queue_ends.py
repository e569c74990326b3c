"""Where a queue begins and ends: nothing in the past, nobody lost, nobody called who does not exist, no way around."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test import Client, RequestFactory
from django.utils import timezone

from stadtkern.kernel.accounts import throttle
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Staff
from stadtkern.kernel.appointments import actions, plan, search
from stadtkern.kernel.appointments.actions import admission, lining_up
from stadtkern.kernel.appointments.admission import about, state
from stadtkern.kernel.appointments.models import Appointment, Day, Matter, Ticket, Waiting, Wave
from stadtkern.kernel.appointments.refusals import MustQueue
from stadtkern.kernel.appointments.wish import Window, Wish

from .conftest import MONDAY, NOBODY, Hall
from .contested import click, look, open_now, people

Login = Callable[[Account], Client]


def given(wave: Wave, account: Account) -> dict[str, object]:
    """What lining up says to the database."""
    return {"wave": wave.pk, "account": account.pk, "network": "n", "lot": account.pk, "most": 500, "now": timezone.now()}


def minutes_ago(wave: Wave, minutes: int) -> None:
    past = timezone.now() - timedelta(minutes=minutes)
    Wave.objects.update(opens_at=past), Day.objects.update(opens_at=past)
    state.forget(), about.forget()


def test_a_queue_is_over_after_its_day(wave: Wave, login: Login) -> None:
    anna, bert = people(2)
    hers, his = login(anna), login(bert)
    look(hers, wave)
    open_now(wave)
    page = look(hers, wave)
    minutes_ago(wave, 13 * 60)
    for told in (look(his, wave), click(hers, wave, page)):
        assert "Diese Warteschlange ist beendet" in told and "/termin/zeiten/?anliegen=ummelden" in told
    assert Ticket.objects.count() == 1 and not Appointment.objects.exists()
    assert not Wave.objects.current(timezone.now()).exists(), "and what is left is everybody's"


def test_nothing_past_or_too_near_is_counted_or_given(wave: Wave, login: Login) -> None:
    hers = login(people(1)[0])
    look(hers, wave)
    open_now(wave)
    page, soonest = look(hers, wave), timezone.localtime() + search.lead() - timedelta(minutes=1)
    cells = soonest.hour * 12 + soonest.minute // 5 + 1
    Day.objects.exclude(date=MONDAY).delete()
    for day, bits in (
        (soonest.date(), "1" * cells + "0" * (288 - cells)),
        (soonest.date() - timedelta(days=1), "1" * 288),
    ):
        Day.objects.update(date=day, open=bits, free=bits)
        Wave.objects.update(first=day, last=day, gone_at=None)
        state.forget(), about.forget()
        known = admission.advance(wave.pk)
        assert known and known.free == 0
        Wave.objects.update(gone_at=None)
        assert "nummer" not in click(hers, wave, page) and not Appointment.objects.exists()


def test_late_cells_of_a_day() -> None:
    at = plan.moment(MONDAY, 96)
    assert plan.late(at, 0) == (MONDAY, "0" * 96 + "1" * 192)
    assert plan.late(at + timedelta(seconds=1), 0)[1] == "0" * 97 + "1" * 191
    assert plan.late(at, 15)[1] == "0" * 93 + "1" * 195, "the preparation may begin before"
    assert plan.late(plan.moment(MONDAY, 287) + timedelta(minutes=4), 0)[1] == "0" * 288


def test_whoever_misses_the_turn_stands_behind_and_is_called_again(wave: Wave, login: Login) -> None:
    early = [login(one) for one in people(5)]
    for browser in early:
        look(browser, wave)
    open_now(wave)
    booked = click(early[0], wave, look(early[0], wave))
    long_ago = timezone.now() - timedelta(seconds=admission.TURN_SECONDS + 5)
    Wave.objects.update(turns=[[5, long_ago.timestamp()]], calls_at=long_ago, stepped_at=timezone.now())
    assert "nummer" in booked and "nummer" in look(early[0], wave), "who has booked is shown the appointment"
    cookie = early[1].cookies["termin_platz"].value
    told = look(early[1], wave)
    assert "Platz 6 von 6" in told and "rücken Sie hinten nach" in told
    early[1].cookies["termin_platz"] = cookie
    assert "Platz 6 von 6" in look(early[1], wave), "a second window does not go further behind"
    for number, browser in enumerate(early[2:], 7):
        assert f"Platz {number} von {number}" in look(browser, wave)
    assert Wave.objects.get().joined == 9 and admission.lots_of(wave.pk) == sorted(Ticket.objects.values_list("lot", flat=True))
    Wave.objects.update(stepped_at=timezone.now() - timedelta(seconds=9))
    pages = [look(browser, wave) for browser in early[1:]]
    assert all("Sie sind an der Reihe" in page for page in pages) and "nummer" in click(early[4], wave, pages[3])
    fresh = lining_up.stand_again(wave.pk, 10**6, 1, 3)
    assert fresh == 0, "no such ticket"


def test_while_the_queue_is_held_no_turn_runs_out(wave: Wave, login: Login, operator: Staff) -> None:
    hers = login(people(1)[0])
    look(hers, wave)
    open_now(wave)
    wave.refresh_from_db()
    admission.switch("staff:1", wave, paused=True, rate=600, now=timezone.now() - timedelta(minutes=30))
    Wave.objects.update(
        calls_at=timezone.now() - timedelta(minutes=35), turns=[[1, (timezone.now() - timedelta(minutes=35)).timestamp()]]
    )
    assert "kurz angehalten" in look(hers, wave)
    admission.switch("staff:1", wave, paused=False, rate=600)
    page = look(hers, wave)
    assert "Sie sind an der Reihe" in page and "nummer" in click(hers, wave, page), "five of ten minutes were left"


def test_nobody_stands_twice(wave: Wave) -> None:
    anna, bert = people(2)
    minutes_ago(wave, 1)
    admission.advance(wave.pk)
    first = lining_up.stand_behind(given(wave, anna))
    assert lining_up.stand_behind(given(wave, anna)) == first and first and first[2] == 1
    assert Wave.objects.get().joined == 1 and lining_up.stand_behind(given(wave, bert))[2] == 2  # type: ignore[index]


def test_the_lot_ends_with_the_moment(wave: Wave, login: Login) -> None:
    """Whoever comes after it, and before anybody has looked whether it is time to draw, finds it drawn and stands behind."""
    anna, bert = people(2)
    look(login(anna), wave)
    minutes_ago(wave, 1)
    his = login(bert)
    joined = lining_up.join(wave.pk, his.cookies["sessionid"].value, "")
    assert joined and joined.place == 2 and Wave.objects.get().drawn == 1


@pytest.mark.django_db(transaction=True)
def test_who_joins_does_not_put_off_the_drawing(offices: dict[str, object]) -> None:
    now, day = timezone.now(), timezone.localdate() + timedelta(days=3)
    matter = Matter.objects.create(key="pass", title="Pass", minutes=10)
    wave = Wave.objects.create(matter=matter, opens_at=now, queue_from=now, first=day, last=day)
    drawn: list[bool] = []

    def look_whether_it_is_time() -> None:
        try:
            admission.advance(wave.pk)
            drawn.append(Wave.objects.get().drawn_at is not None)
        finally:
            connections.close_all()

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM appointments_wave FOR SHARE")
        other = threading.Thread(target=look_whether_it_is_time)
        other.start()
        other.join(0.3)
        assert other.is_alive(), "waits for those who are joining instead of passing over the wave"
    other.join(10)
    assert drawn == [True]


def test_who_has_no_address_is_written_to_none(wave: Wave, login: Login) -> None:
    account = Account.objects.create(email="bundid-7@account.invalid", name="Özlem", password="x")
    hers = login(account)
    look(hers, wave)
    open_now(wave)
    assert "nummer" in click(hers, wave, look(hers, wave))
    assert Appointment.objects.get().email == ""


def test_only_times_that_can_be_given_are_counted(wave: Wave) -> None:
    free = admission.advance(wave.pk)
    assert free and free.free == 5
    Day.objects.update(free="0" * 96 + "1101101111" + "0" * 182)  # two minutes too few here and there
    assert (known := admission.advance(wave.pk)) and known.free == 3, "starts lie on the grid"
    Day.objects.update(channels=["phone"])
    assert (known := admission.advance(wave.pk)) and known.free == 0
    Matter.objects.filter(pk=wave.matter_id).update(channels=[])
    assert admission.advance(wave.pk) is None
    state.forget(), about.forget()
    assert Client().get(f"/termin/einlass/{wave.pk}/").status_code == 404
    assert Client().get("/termin/einlass/987654/").status_code == 404 and not state._asking


def test_what_it_is_about_stays_known_without_the_database(wave: Wave, login: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    hers = login(people(1)[0])
    look(hers, wave)
    now = time.time()

    def away(*_: object, **__: object) -> None:
        raise OperationalError

    monkeypatch.setattr(admission, "advance", away)
    monkeypatch.setattr(about, "_read", away)
    monkeypatch.setattr(time, "time", lambda: now + about.FRESH + 5)
    assert "Auslosung" in hers.get(f"/termin/einlass/{wave.pk}/").content.decode()


def test_neither_moving_nor_waiting_leads_past_the_queue(wave: Wave, hall: Hall) -> None:
    tuesday = MONDAY + timedelta(days=1)
    now = timezone.now()
    Day.objects.filter(date=tuesday).update(opens_at=now - timedelta(days=1))
    row = hall.book(hall.at(8, day=tuesday), place=hall.north, matter="ummelden", now=now)
    minutes_ago(wave, 1)
    Day.objects.filter(date__gt=MONDAY).delete()
    with pytest.raises(MustQueue):
        actions.move(Actor(), row, hall.north, hall.at(8))
    wish, window = Wish.of("ummelden"), Window(MONDAY, MONDAY)
    entry = actions.join_waiting(NOBODY, wish, window, holder="w", name="W", email="w@example.org")
    actions.offer_freed()
    assert Waiting.objects.get().status == "WAITING", "not while its queue is open"
    Wave.objects.update(gone_at=timezone.now())
    actions.offer_freed()
    entry.refresh_from_db()
    assert entry.status == "OFFERED"
    assert actions.move(Actor(), row, hall.north, hall.at(8, 10)).starts_at == hall.at(8, 10)


@pytest.mark.parametrize(
    ("address", "network"),
    [("198.51.100.7", "198.51.100.7"), ("::ffff:198.51.100.7", "198.51.100.7"), ("2001:db8:1:2345::1", "2001:db8:1:2300::"),
     ("", ""), ("nowhere", "")],
)  # fmt: skip
def test_the_network_behind_an_address(db: None, address: str, network: str) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=address)
    assert throttle.network_of(request) == network
    assert bool(throttle.miss(request, "queue-test")) == bool(network) and throttle.misses(request, "queue-test") <= 1


def test_the_unknown_network_is_nobodys(wave: Wave, login: Login, citizen: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lining_up, "PER_NETWORK", 1)
    keys = [login(one).cookies["sessionid"].value for one in people(3)]
    assert all(lining_up.join(wave.pk, key, "") for key in keys[:2]) and lining_up.join(wave.pk, keys[2], "a")
    with pytest.raises(lining_up.Crowded):
        lining_up.join(wave.pk, login(citizen).cookies["sessionid"].value, "a")
