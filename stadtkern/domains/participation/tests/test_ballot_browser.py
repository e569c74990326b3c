"""A vote on a phone: ballot, running sum, check, urn, receipt; then the result. With the keyboard, and as axe sees it."""

import pytest
from playwright.sync_api import expect

from stadtkern.domains.participation import actions
from stadtkern.kernel.accounts.access import Actor

from .polls import cast, end, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_vote_on_a_phone(budget, citizen, moderator, open_tab, run_jobs):
    process, _poll = budget(most_projects=2)
    for number, keys in enumerate([("P001",), ("P001", "P004"), ("P002",), ("P003", "P004")]):
        cast(person(number), process, *keys)
    tab = open_tab(width=390, height=844, account=citizen)
    tab.go(f"/beteiligung/{process.key}/stimmzettel/")
    tab.look("abstimmen-1-abstimmung")
    tab.page.get_by_role("link", name="Jetzt abstimmen").click()
    expect(tab.page.get_by_label("Idee Nummer 1")).to_be_visible()
    tab.tab_to("Idee Nummer 1")
    tab.page.keyboard.press("Space")
    said = tab.page.get_by_role("status").filter(has_text="Projekt")
    expect(said).to_have_text("1 Projekt, zusammen 600,00\N{NO-BREAK SPACE}€")
    tab.page.get_by_label("Idee Nummer 3").check()
    tab.page.get_by_label("Idee Nummer 4").check()
    expect(said).to_contain_text("Das ist mehr als erlaubt.")
    tab.page.get_by_label("Idee Nummer 4").uncheck()
    tab.look("abstimmen-2-stimmzettel")
    tab.page.get_by_role("button", name="Auswahl prüfen").click()
    tab.look("abstimmen-3-pruefen")
    code = tab.page.locator(".pb-code").inner_text()
    tab.page.get_by_role("button", name="In die Urne").click()
    assert tab.page.locator(".pb-code").inner_text() == code
    tab.look("abstimmen-4-danke")
    end(process, None)
    actions.close_poll(Actor(moderator.account, moderator), process)
    run_jobs()
    tab.go(f"/beteiligung/{process.key}/ergebnis/")
    assert tab.page.get_by_role("heading", name="Das wird gebaut").is_visible()
    tab.look("abstimmen-5-ergebnis")
    desk = open_tab(width=1280, account=moderator.account)
    desk.go(f"/beteiligung/{process.key}/abstimmung-verwalten/")
    desk.look("abstimmen-6-schreibtisch")
    desk.go(f"/beteiligung/{process.key}/ergebnis/")
    desk.look("abstimmen-7-ergebnis-amt")
