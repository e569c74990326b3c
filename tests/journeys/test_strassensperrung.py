"""A street is to be closed: the planner asks, waits with a progress, reads before and after."""

import pytest

from stadtkern.domains.mobility.actions import scenarios
from stadtkern.domains.mobility.models import Detector, Scenario
from stadtkern.kernel.accounts.models import Account, Staff
from stadtkern.kernel.city.models import Office
from stadtkern.site import flow

pytestmark = pytest.mark.browser


def test_what_if_the_street_is_closed(db, open_tab):
    office = Office.objects.create(key="tiefbauamt", title="Tiefbauamt")
    planner = Account.objects.create(email="frieda@stadt.example", name="Frieda Brinkmann")
    Staff.objects.create(account=planner, office=office, role="CLERK")
    assert flow.play() >= 6
    tab = open_tab(width=1280, account=planner)
    tab.go("/verkehr/amt/sperrung/")
    tab.look("sperrung-1-fragen")
    tab.page.get_by_label("Gesperrte Straße").select_option("Marktstraße")
    tab.page.get_by_label("Name der Frage").fill("Kanalbau im Sommer")
    tab.page.get_by_role("button", name="Rechnen").click()
    tab.page.wait_for_url("**/sperrung/*/")
    row = Scenario.objects.get()
    assert tab.page.locator("progress").count() == 1
    tab.look("sperrung-2-warten")
    scenarios.work_on(row.pk)
    tab.page.get_by_role("link", name="Neu laden").click()
    tab.page.get_by_role("heading", name="Wie sicher ist das?").wait_for()
    assert "Ohne anderen Weg" in tab.page.content()
    tab.look("sperrung-3-antwort")
    detector = Detector.objects.order_by("pk")[0].pk
    for name, path in (
        ("jetzt", "/verkehr/"),
        ("zaehlstelle", f"/verkehr/zaehlstelle/{detector}/"),
        ("kennzahlen", "/verkehr/kennzahlen/"),
    ):
        assert tab.go(path).status == 200, path
        tab.look(f"verkehr-{name}")
