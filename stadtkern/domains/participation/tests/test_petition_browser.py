"""In a real browser, on a phone: the signature that is missing, the number reached, what happens next, the letter."""

import pytest

from stadtkern.domains.participation.actions import petition_clock, signing
from stadtkern.domains.participation.models import Petition
from stadtkern.kernel.accounts.access import Actor

from .test_petition import matter, neighbour, room  # noqa: F401

pytestmark = pytest.mark.browser


def test_a_petition_reaches_its_number(matter, room, citizen, neighbour, moderator, open_tab, tmp_path):  # noqa: F811
    signing.sign(Actor(citizen), matter, wants_post=True)
    phone = open_tab(width=390, account=neighbour, scripts=False)
    phone.go(f"/beteiligung/{room.key}/")
    assert phone.page.get_by_text("1 von 2 Unterschriften").is_visible()
    phone.page.get_by_role("link", name=matter.title).first.click()
    assert phone.page.get_by_text("Es fehlt noch 1 Unterschrift.").is_visible() and phone.overflow() <= 0
    phone.page.get_by_role("link", name="Unterschreiben").click()
    phone.page.get_by_label("Schreiben Sie mir ins Postfach").check()
    assert phone.overflow() <= 0 and not phone.page.get_by_label("Mein Name darf").is_checked()
    phone.page.get_by_role("button", name="Jetzt unterschreiben").click()
    assert phone.page.get_by_role("heading", name="Genug Unterschriften sind da").is_visible()
    assert phone.page.get_by_text("Der Rat befasst sich damit, spätestens am").is_visible() and phone.overflow() <= 0
    phone.page.screenshot(path=str(tmp_path / "reached.png"), full_page=True)
    assert Petition.objects.get().reached_at
    petition_clock.announce(matter.pk, "reached")
    phone.go("/post/")
    assert phone.page.get_by_text("Genug Unterschriften: Der Nachtbus soll bleiben").first.is_visible()
    place = f"/beteiligung/{room.key}/{matter.reference}/"
    for account, path in ((neighbour, place), (neighbour, f"{place}unterschreiben/"), (moderator.account, f"{place}anliegen/")):
        tab = open_tab(width=320, account=account)
        assert tab.go(path).status == 200 and tab.overflow() <= 0, path
        assert tab.axe() == [], path
