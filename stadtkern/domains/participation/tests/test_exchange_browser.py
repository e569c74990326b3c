"""In a real browser: a clerk learns to know another city, compares, adopts; everybody reads where it came from; points."""

import re

import pytest

from stadtkern.domains.participation.actions import incentives
from stadtkern.domains.participation.models import Incoming, PointsLine, TrustedCity
from stadtkern.kernel.accounts.access import Actor

pytestmark = pytest.mark.browser


def test_an_idea_of_another_city_and_points_of_ones_own(process, citizen, moderator, open_tab, tmp_path):
    desk = open_tab(width=1280, account=moderator.account)
    page = desk.page
    desk.go("/beteiligung/austausch/verwaltung/")
    page.get_by_role("button", name="Bei Nachbarstadt nachsehen").click()
    assert page.get_by_text("Nicht bestätigt").is_visible()
    page.locator("summary", has_text="Bestätigen").click()
    page.screenshot(path=str(tmp_path / "desk-1280.png"), full_page=True)
    page.get_by_label("Die letzten acht Zeichen").fill(TrustedCity.objects.get().fingerprint[-9:])
    page.get_by_role("button", name="Verglichen, stimmt").click()
    page.get_by_role("button", name="Bei Nachbarstadt nachsehen").click()
    assert desk.everywhere() == []
    page.get_by_role("link", name="Ideen für kühle Orte").click()
    assert page.get_by_text("anders", exact=True).first.is_visible() and desk.everywhere() == []
    page.screenshot(path=str(tmp_path / "preview-1280.png"), full_page=True)
    page.get_by_role("button", name="Übernehmen").click()
    desk.go("/beteiligung/austausch/verwaltung/")
    page.get_by_role("link", name="Trinkwasser auf jedem Spielplatz").click()
    page.get_by_role("button", name="Übernehmen").click()
    assert Incoming.objects.filter(state="ADOPTED").count() == 2
    desk.go("/beteiligung/austausch/verwaltung/veroeffentlichen/?kind=dataset&key=contributions")
    assert desk.everywhere() == []
    phone = open_tab(width=390, account=citizen, scripts=False)
    phone.go("/beteiligung/austausch/")
    phone.page.screenshot(path=str(tmp_path / "list-390.png"), full_page=True)
    phone.page.get_by_role("link", name="Trinkwasser auf jedem Spielplatz").click()
    assert phone.page.get_by_text("Übernommen aus Nachbarstadt").is_visible() and phone.overflow() <= 0
    phone.page.screenshot(path=str(tmp_path / "idea-390.png"), full_page=True)
    phone.go("/punkte/")
    phone.page.get_by_role("button", name="Ich möchte Punkte sammeln").click()
    ledger = incentives.opt_in(Actor(citizen))
    PointsLine.objects.create(ledger=ledger, source="IDEA_TAKEN_UP", about="contribution:1", points=60)
    phone.go("/punkte/")
    phone.page.get_by_role("button", name=re.compile("Einlösen.*Schwimmbad")).click()
    assert phone.page.get_by_text("Code am Schalter zeigen:").is_visible() and phone.overflow() <= 0
    phone.page.screenshot(path=str(tmp_path / "points-390.png"), full_page=True)
    phone.page.set_viewport_size({"width": 1280, "height": 900})
    phone.page.screenshot(path=str(tmp_path / "points-1280.png"), full_page=True)
    code = ledger.vouchers.get().code
    desk.go("/punkte/schalter/")
    page.get_by_label("Code der Person").fill(code)
    page.get_by_role("button", name="Annehmen").click()
    assert page.get_by_text("Gilt. Jetzt ausgeben:").is_visible() and desk.everywhere() == []
    reader = open_tab(width=320, account=citizen)
    for path in ("/punkte/", "/beteiligung/austausch/"):
        reader.go(path)
        assert reader.everywhere() == [], path
