"""Every page of a resident: accessible, narrow enough, usable without scripts; the clock only tells what the server holds."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from stadtkern.kernel.appointments import actions
from stadtkern.kernel.appointments.models import Appointment

pytestmark = pytest.mark.browser


def test_every_page_is_accessible_and_works_without_scripts(transactional_db, open_tab, hall, citizen):
    actions.generate_days(timezone.localdate(), timezone.localdate() + timedelta(days=10))
    tab, plain = open_tab(width=320, scheme="dark", account=citizen), open_tab(width=390, scripts=False)

    def fits(path: str) -> None:
        assert tab.go(path).status in (200, 404), path
        assert tab.axe() == [] and tab.overflow() <= 0, path
        assert tab.page.locator("h1").count() == 1

    wish = "?anliegen=ausweis&anliegen=ummelden&personen.ausweis=3"
    for name in ("matters", "how", "times", "join"):
        fits(reverse(f"appointments:{name}") + wish)
    tab.go(reverse("appointments:times") + wish)
    tab.page.locator("#zeiten button").first.click()
    tab.page.locator("[data-held-until]").wait_for()
    minutes, _colon, seconds = tab.page.inner_text("[data-held-until]").partition(":")
    assert 8 <= int(minutes) <= 10 and 0 <= int(seconds) < 60
    assert tab.axe() == [] and tab.overflow() <= 0
    tab.page.get_by_label("E-Mail-Adresse").fill("kaputt")
    tab.page.get_by_role("button", name="Termin verbindlich buchen").click()
    assert tab.focused().startswith("Bitte prüfen") and tab.axe() == []
    tab.page.get_by_label("E-Mail-Adresse").fill("anna@example.org")
    tab.page.get_by_role("button", name="Termin verbindlich buchen").click()
    tab.page.wait_for_url("**/termin/T-*/")
    number = Appointment.objects.get(status="BOOKED").number
    for name in ("show", "cancel"):
        fits(reverse(f"appointments:{name}", args=[number]))
    fits(reverse("appointments:mine"))
    fits("/termin/o/gibt-es-nicht-gibt-es-nicht/")

    plain.go(reverse("appointments:matters"))
    plain.page.get_by_label("Wohnung ummelden").check()
    plain.page.get_by_role("button", name="Weiter").click()
    plain.page.get_by_role("button", name="Freie Zeiten zeigen").click()
    plain.page.locator("#zeiten button").nth(2).click()
    assert "Für Sie reserviert bis" in plain.page.inner_text("main")
    plain.page.get_by_label("Name", exact=True).fill("Łucja Őri")
    plain.page.get_by_label("E-Mail-Adresse").fill("gast@example.org")
    plain.page.get_by_role("button", name="Termin verbindlich buchen").click()
    assert "Ihr Termin ist gebucht" in plain.page.inner_text("main")
    assert Appointment.objects.filter(status="BOOKED").count() == 2
