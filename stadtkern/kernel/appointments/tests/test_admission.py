"""The queue in front of contested times: by lot, one turn per account, everybody told."""

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Staff
from stadtkern.kernel.appointments.actions import admission as actions
from stadtkern.kernel.appointments.actions import lining_up
from stadtkern.kernel.appointments.admission import slip, state
from stadtkern.kernel.appointments.models import Appointment, Day, Ticket, Wave
from stadtkern.kernel.appointments.refusals import MustQueue
from stadtkern.kernel.events.actions.inline import spread_some
from stadtkern.kernel.events.models import Event, Unspread

from .conftest import Hall
from .contested import click, look, open_now, people

Login = Callable[[Account], Client]


def test_everybody_gets_a_time_or_is_told(wave: Wave, login: Login) -> None:
    browsers = [login(one) for one in people(8)]
    assert all("Auslosung" in look(browser, wave) for browser in browsers)
    assert all("Auslosung" in look(browser, wave) for browser in browsers), "a second tab, the same ticket"
    assert Ticket.objects.count() == 8
    open_now(wave)
    pages = [look(browser, wave) for browser in browsers]
    assert sum("Sie sind an der Reihe" in page for page in pages) == 5, "as many turns as there are times"
    assert sum("Vor Ihnen" in page for page in pages) == 3
    for browser, page in zip(browsers, pages, strict=True):
        if "Sie sind an der Reihe" in page:
            first, second = click(browser, wave, page), click(browser, wave, page)
            number = re.search(r'id="nummer">(T-[^<]+)<', first)
            assert number and number[1] in second, "a double click shows the same appointment"
    assert Appointment.objects.filter(status="BOOKED").count() == 5
    assert Event.objects.filter(name="appointment.booked").count() == Unspread.objects.count() == 5
    assert spread_some() == 5 and not Unspread.objects.exists()
    for browser, page in zip(browsers, pages, strict=True):
        if "Vor Ihnen" in page:
            told = look(browser, wave)
            assert "Alle Termine sind vergeben" in told and "Warteliste" in told and "http-equiv" not in told
    assert Event.objects.filter(name="wave.gone").count() == 1


def test_a_forged_a_borrowed_and_an_early_click_book_nothing(wave: Wave, login: Login) -> None:
    anna, bert = people(2)
    hers, his = login(anna), login(bert)
    look(hers, wave), look(his, wave)
    open_now(wave)
    page = look(hers, wave)
    turn = re.search(r'name="turn" value="([^"]+)"', page)[1]  # type: ignore[index]
    url = f"/termin/einlass/{wave.pk}/buchen/"
    for browser, sent in (
        (his, turn),
        (hers, turn[:-1] + ("1" if turn[-1] == "0" else "0")),
        (hers, "1_9999999999_" + "0" * 32),
        (hers, "\0"),
        (hers, ""),
    ):
        assert browser.post(url, {"turn": sent}).status_code == 302
    broken = hers.post(url, b"turn=%ED%A0%80_1_2&zeit=%00", content_type="application/x-www-form-urlencoded")
    assert broken.status_code == 302
    his.cookies["termin_platz"] = hers.cookies["termin_platz"].value
    assert his.post(url, {"turn": turn}).status_code == 302, "a slip belongs to its session"
    later = slip.turn(slip.read(hers.cookies["termin_platz"].value, wave.pk, hers.cookies["sessionid"].value), 9e9, 9.1e9)
    assert "nummer" not in hers.post(url, {"turn": later}).content.decode()
    assert Client(enforce_csrf_checks=True).post(url, {"turn": turn}).status_code == 403
    assert not Appointment.objects.exists()


def test_signed_out_or_password_changed_the_slip_is_void(wave: Wave, login: Login) -> None:
    anna, bert = people(2)
    hers, his = login(anna), login(bert)
    look(hers, wave), look(his, wave)
    open_now(wave)
    pages = look(hers, wave), look(his, wave)
    Session.objects.filter(session_key=hers.cookies["sessionid"].value).delete()
    Account.objects.filter(pk=bert.pk).update(password="another")
    for browser, page in zip((hers, his), pages, strict=True):
        turn = re.search(r'name="turn" value="([^"]+)"', page)[1]  # type: ignore[index]
        answer = browser.post(f"/termin/einlass/{wave.pk}/buchen/", {"turn": turn})
        assert (answer.status_code == 302 and "anmelden" in answer["Location"]) or "login" in answer["Location"]
    assert not Appointment.objects.exists() and not Unspread.objects.exists()


def test_who_comes_late_stands_behind_and_a_turn_not_used_goes_on(wave: Wave, login: Login) -> None:
    early = [login(one) for one in people(5)]
    for browser in early:
        look(browser, wave)
    open_now(wave)
    late = login(Account.objects.create(email="late@example.org", password="x"))
    assert "Platz 6 von 6" in look(late, wave)
    used = next(browser for browser in early if "an der Reihe" in look(browser, wave))
    assert "nummer" in click(used, wave, look(used, wave))
    long_ago = timezone.now().timestamp() - actions.TURN_SECONDS - 5
    row = Wave.objects.get(pk=wave.pk)
    Wave.objects.filter(pk=wave.pk).update(
        turns=[[row.called, long_ago]],
        calls_at=timezone.now() - timedelta(hours=1),
        stepped_at=timezone.now() - timedelta(seconds=9),
    )
    assert "Sie sind an der Reihe" in look(late, wave), "four turns ran out: the next is called"
    assert "nummer" in click(late, wave, look(late, wave))
    told = [look(browser, wave) for browser in early]
    assert "nummer" in told[early.index(used)] and sum("rücken Sie hinten nach" in page for page in told) == 4


def test_the_operator_holds_the_queue(wave: Wave, login: Login, operator: Staff, citizen: Account) -> None:
    hers = login(people(1)[0])
    look(hers, wave)
    open_now(wave)
    page, desk = look(hers, wave), login(operator.account)
    desk.post(f"/termin/einlass/betrieb/{wave.pk}/", {"rate": "250", "stand": "angehalten"})
    assert "angehalten" in click(hers, wave, page) and not Appointment.objects.exists()
    assert "250" in desk.get("/termin/einlass/betrieb/").content.decode()
    desk.post(f"/termin/einlass/betrieb/{wave.pk}/", {"rate": "10" * 20, "stand": "offen"})
    assert Wave.objects.get().paused, "a number nobody can mean changes nothing"
    desk.post(f"/termin/einlass/betrieb/{wave.pk}/", {"rate": "250", "stand": "offen"})
    assert "nummer" in click(hers, wave, page)
    assert login(citizen).get("/termin/einlass/betrieb/").status_code == 403


def test_no_way_around_the_queue(wave: Wave, hall: Hall, login: Login) -> None:
    Wave.objects.update(opens_at=timezone.now() - timedelta(minutes=1))
    Day.objects.update(opens_at=timezone.now() - timedelta(minutes=1))
    actor = Actor(account=people(1)[0])
    with pytest.raises(MustQueue):
        hall.hold(hall.at(8), place=hall.north, matter="ummelden", actor=actor, now=timezone.now())
    hall.hold(hall.at(8), place=hall.north, matter="ummelden", actor=actor, now=timezone.now(), for_other=True)


def test_one_network_is_not_the_whole_queue(wave: Wave, login: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lining_up, "PER_NETWORK", 3)
    answers = [login(one).get(f"/termin/einlass/{wave.pk}/") for one in people(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert "Mobilfunknetz" in answers[3].content.decode() and Ticket.objects.count() == 3


def test_without_the_database_people_keep_their_place(wave: Wave, login: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    hers = login(people(1)[0])
    look(hers, wave)
    known = state.of(wave.pk)

    def away(*_: object, **__: object) -> None:
        raise OperationalError

    monkeypatch.setattr(actions, "advance", away)
    monkeypatch.setattr(time, "time", lambda: known.read_at + 2)
    assert "Auslosung" in hers.get(f"/termin/einlass/{wave.pk}/").content.decode(), "what was known last"
    state.forget()
    answer = hers.get(f"/termin/einlass/{wave.pk}/")
    assert answer.status_code == 200 and "Ihr Platz bleibt" in answer.content.decode()


def test_visitors_sign_in_first(wave: Wave, client: Client) -> None:
    answer = client.get(f"/termin/einlass/{wave.pk}/")
    assert answer.status_code == 302 and f"next=/termin/einlass/{wave.pk}/" in answer["Location"]
    assert client.get("/termin/einlass/999999999/").status_code == 404
