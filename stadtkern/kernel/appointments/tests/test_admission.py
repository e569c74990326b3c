"""The queue in front of contested times: by lot, one turn per account, everybody told."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.appointments.actions import admission as actions
from stadtkern.kernel.appointments.admission import about, state
from stadtkern.kernel.appointments.models import Appointment, Day, Ticket, Wave
from stadtkern.kernel.events.actions.inline import spread_some
from stadtkern.kernel.events.models import Event, Unspread

from .conftest import MONDAY, Hall

Login = Callable[[Account], Client]


@pytest.fixture
def wave(hall: Hall) -> Wave:
    """Five times of one counter, opening in ten minutes; one may line up already."""
    now = timezone.now()
    opens = now + timedelta(minutes=10)
    Day.objects.exclude(counter=hall.three).delete()
    bits = "0" * 96 + "1" * 10 + "0" * 182
    Day.objects.filter(date=MONDAY).update(opens_at=opens, open=bits, free=bits)
    state.forget()
    about.forget()
    return Wave.objects.create(
        matter=hall.move, opens_at=opens, queue_from=now - timedelta(minutes=50), first=MONDAY, last=MONDAY, rate=1000
    )


def people(count: int) -> list[Account]:
    return [Account.objects.create(email=f"p{number}@example.org", name=f"P {number}", password="x") for number in range(count)]


def open_now(wave: Wave) -> None:
    """The moment has come, and the drawing is over."""
    past = timezone.now() - timedelta(seconds=30)
    Wave.objects.filter(pk=wave.pk).update(opens_at=past, drawn_at=None)
    Day.objects.update(opens_at=past)
    state.forget()
    about.forget()
    actions.advance(wave.pk)
    Wave.objects.filter(pk=wave.pk).update(calls_at=past)
    state.forget()


def look(browser: Client, wave: Wave) -> str:
    state.forget()
    return browser.get(f"/termin/einlass/{wave.pk}/").content.decode()


def click(browser: Client, wave: Wave, page: str, part: str = "") -> str:
    turn = re.search(r'name="turn" value="([^"]+)"', page)
    assert turn, page
    answer = browser.post(f"/termin/einlass/{wave.pk}/buchen/", {"turn": turn[1], "zeit": part})
    state.forget()
    return answer.content.decode()


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
