"""The opinion map on a phone: answered without account and without scripts, by keyboard; its result is for everybody."""

import pytest

from stadtkern.domains.participation.models import Contribution, Process, Voice
from stadtkern.kernel.accounts.models import Account, Staff
from stadtkern.kernel.city.models import Office
from stadtkern.site import agora

pytestmark = pytest.mark.browser


def test_the_market_square_is_answered_and_read(db, citizen, open_tab):
    office = Office.objects.create(key="beteiligung", title="Stelle für Bürgerbeteiligung")
    clerk = Account.objects.create(email="leyla@stadt.example", name="Leyla Hofmann")
    Staff.objects.create(account=clerk, office=office, role="CLERK")
    assert agora.play() > 1500
    row = Process.objects.get(kind="meinungskarte")
    place = f"/beteiligung/{row.key}/"
    phone = open_tab(width=390, height=800, scripts=False)
    phone.go(place)
    phone.page.get_by_role("link", name="Zustimmen oder ablehnen").click()
    phone.tab_to("Stimme zu")
    phone.page.keyboard.press("Enter")
    phone.page.wait_for_url("**zuletzt**")
    assert "Gespeichert: Sie stimmen zu." in phone.page.content()
    phone.page.get_by_role("button", name="Stimme nicht zu").click()
    phone.page.get_by_role("link", name="Überspringen").click()
    before = phone.page.locator(".op-statement").inner_text()
    phone.page.get_by_role("button", name="Weiß nicht").click()
    assert phone.page.locator(".op-statement").inner_text() != before
    assert Voice.objects.get(account=None, answers=3).answers == 3
    tab = open_tab(width=320, account=citizen)
    idea = Contribution.objects.filter(process=row).first()
    for path in ("", "meinung/", "meinung/ergebnis/", "meinung/aussage/", "themen/", f"{idea.reference}/"):
        assert tab.go(place + path).status == 200, path
        tab.look(f"meinungskarte-{(path or 'verfahren').rstrip('/').replace('/', '-')}")
    desk = open_tab(account=clerk)
    desk.go(place)
    desk.look("meinungskarte-verfahren-amt")
    assert "Stabilität" in tab.go(f"{place}meinung/ergebnis/").text()
