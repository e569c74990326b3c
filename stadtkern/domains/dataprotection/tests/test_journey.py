"""On a phone: report without a name; at the desk: make an entry of it; on the phone again: read the answer."""

import re

import pytest

from stadtkern.domains.dataprotection.models import Breach
from stadtkern.kernel.cases.models import Case

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_report_without_a_name_becomes_an_entry(open_tab, offices, privacy_officer, run_jobs):
    phone = open_tab(width=390, height=800)
    page = phone.page
    phone.go("/datenschutz/")
    assert phone.overflow() <= 0 and not phone.axe()
    page.get_by_role("link", name="Verdacht melden", exact=True).click()
    page.get_by_role("link", name="Jetzt beginnen").click()
    page.get_by_label("Was ist passiert?").fill("Im Drucker lag eine Liste mit Namen.")
    page.get_by_label("Um die von anderen").check()
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Weiter", exact=True).click()
    page.get_by_role("heading", name="Ob wir Sie kennen dürfen").wait_for()
    page.get_by_role("button", name="Weiter", exact=True).click()
    page.get_by_role("button", name=re.compile("senden|abschicken", re.I)).click()
    page.get_by_text("Ihr Abholcode").wait_for()
    assert phone.overflow() <= 0 and not phone.axe()
    code = page.locator(".sk-code").inner_text()
    case = Case.objects.get(service="datenschutz_verdacht_melden")
    assert case.account is None

    desk = open_tab(account=privacy_officer.account)
    desk.go("/datenschutz/schreibtisch/")
    assert not desk.axe()
    desk.page.get_by_role("link", name="Verdacht melden: Wurden Daten missbraucht?").click()
    desk.page.get_by_text("Im Drucker lag eine Liste mit Namen.").wait_for()
    desk.page.get_by_role("link", name="Was für diesen Vorgang zu tun ist").click()
    desk.page.get_by_role("button", name="Ins Verzeichnis der Pannen aufnehmen").click()
    desk.page.get_by_text("Aufsicht (Art. 33)").wait_for()
    assert not desk.axe() and desk.overflow() <= 0
    breach = Breach.objects.get()
    assert breach.source == str(case) and breach.noticed_at == case.submitted_at
    desk.go(f"/vorgang/schreibtisch/{case.reference}/")
    desk.page.get_by_text("Nachricht schreiben").click()
    desk.page.get_by_label("Ihre Nachricht").fill("Danke. Der Drucker ist jetzt abgeschlossen.")
    desk.page.get_by_role("button", name="Nachricht senden").click()

    other = open_tab(width=390, height=800)
    other.go("/vorgang/antwort/")
    assert not other.axe()
    other.page.get_by_label("Nummer").fill(case.reference)
    other.page.get_by_label("Abholcode").fill(code)
    other.page.get_by_role("button", name="Antwort lesen").click()
    other.page.get_by_text("Der Drucker ist jetzt abgeschlossen.").wait_for()
    assert other.overflow() <= 0
