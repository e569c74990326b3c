"""The desk, the kiosk and the display in a real browser: accessible, narrow enough, and a call reaches the wall by itself."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stadtkern.kernel.appointments.desk.actions import set_exception
from stadtkern.kernel.appointments.desk.actions.hours import Choice
from stadtkern.kernel.appointments.models import LoadHour
from stadtkern.kernel.appointments.plan import span

pytestmark = pytest.mark.browser


def test_a_call_reaches_the_wall(hall, ruth, lead, open_tab, transactional_db):
    today = timezone.localdate()
    hours = [span(["00:00", "23:59"])]
    set_exception(ruth, hall.centre, today, today, hours, counter=None, reason="", choice=Choice.KEEP)
    for week in range(1, 5):
        LoadHour.objects.create(place=hall.centre, date=today - timedelta(weeks=week), hour=9, booked=9, tickets=3)
    kiosk = open_tab(width=320)
    kiosk.go("/wartezimmer/mitte/nummer/")
    assert kiosk.axe() == [] and kiosk.overflow() <= 0
    kiosk.page.get_by_role("button", name="Wohnung ummelden").click()
    kiosk.page.get_by_text("Ihre Wartenummer").wait_for()
    assert kiosk.overflow() <= 0
    wall = open_tab()
    wall.go("/wartezimmer/mitte/aufruf/")
    assert "niemand aufgerufen" in wall.page.inner_text("main") and wall.axe() == []
    desk = open_tab(account=lead.account)
    desk.go("/schalter/mitte/")
    desk.page.select_option("#mein-schalter", label="Schalter A")
    desk.page.get_by_role("button", name="Platz nehmen").click()
    desk.page.get_by_role("button", name="Nächste Person aufrufen").click()
    desk.page.get_by_text("Aufgerufen: 001").wait_for()
    assert desk.axe() == []
    wall.page.locator(".sk-calls__new", has_text="Schalter A").wait_for(timeout=9000)
    narrow = open_tab(account=lead.account, width=320)
    for page in ("", "liste/", "oeffnungszeiten/", "dienstplan/", "auslastung/"):
        narrow.go(f"/schalter/mitte/{page}")
        assert narrow.overflow() <= 0, page
        assert page in ("", "liste/") or narrow.axe() == [], page
