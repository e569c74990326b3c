"""A contested morning: five times of one counter, a queue in front of them, and what people do there."""

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.appointments.actions import admission as actions
from stadtkern.kernel.appointments.admission import about, state
from stadtkern.kernel.appointments.models import Day, Wave

if TYPE_CHECKING:
    from .conftest import Hall


@pytest.fixture
def wave(hall: "Hall") -> Wave:
    """Five times of one counter, opening in ten minutes; one may line up already."""
    now, monday = timezone.now(), hall.at(8).date()
    opens = now + timedelta(minutes=10)
    Day.objects.exclude(counter=hall.three).delete()
    bits = "0" * 96 + "1" * 10 + "0" * 182
    Day.objects.filter(date=monday).update(opens_at=opens, open=bits, free=bits)
    state.forget()
    about.forget()
    return Wave.objects.create(
        matter=hall.move, opens_at=opens, queue_from=now - timedelta(minutes=50), first=monday, last=monday, rate=1000
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
    state.forget()
    answer = browser.post(f"/termin/einlass/{wave.pk}/buchen/", {"turn": turn[1], "zeit": part})
    state.forget()
    return answer.content.decode()
