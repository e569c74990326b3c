"""In a real browser: an idea written on a phone without scripts, its page, the clerk's queue; accessible, 320 pixels wide."""

import pytest

from stadtkern.domains.participation import actions
from stadtkern.domains.participation.models import Contribution
from stadtkern.kernel.accounts.access import Actor

pytestmark = pytest.mark.browser


def test_an_idea_from_a_phone_to_its_page(process, citizen, other_citizen, moderator, open_tab):
    phone = open_tab(width=390, account=citizen, scripts=False)
    phone.go("/beteiligung/")
    phone.page.get_by_role("link", name=process.title).click()
    phone.page.get_by_role("link", name="Idee einreichen").click()
    phone.page.get_by_label("Idee in einem Satz").fill("Mehr Bänke im Stadtpark")
    phone.page.get_by_label("Beschreibung").fill("Auf dem ganzen Weg gibt es keine Bank.")
    phone.page.get_by_label("Grün").check()
    phone.page.get_by_role("button", name="Absenden").click()
    row = Contribution.objects.get()
    assert row.state == "SUBMITTED" and "Wird geprüft" in phone.page.content()
    actions.publish(Actor(moderator.account, moderator), row)
    actions.complain(Actor(other_citizen), row, "off_topic")
    actions.comment(Actor(other_citizen), row, "Gute Idee")
    place = f"/beteiligung/{process.key}/"
    address, desk = f"{place}{row.reference}/", "/beteiligung/verwaltung/"
    pages = {
        other_citizen: ["/beteiligung/", place, f"{place}neu/", address, f"{address}melden/"],
        moderator.account: [desk, f"{desk}pruefen/", address, f"{desk}{process.key}/"],
    }  # fmt: skip
    for account, paths in pages.items():
        tab = open_tab(width=320, account=account)
        for path in paths:
            assert tab.go(path).status == 200, path
            assert tab.overflow() <= 0, path
            assert tab.axe() == [], path
    reader = open_tab(account=other_citizen)
    reader.go(address)
    reader.page.get_by_role("button", name="Ich bin dafür").click()
    assert reader.page.get_by_text("1 Mensch unterstützt das").is_visible()
    reader.page.get_by_role("button", name="Zurücknehmen").click()
    assert reader.page.get_by_text("0 Menschen unterstützen das").is_visible()
