"""A street is to be closed: the planner asks, waits with a progress, reads before and after."""

import os

import pytest

from stadtkern.domains.mobility.actions import scenarios
from stadtkern.domains.mobility.models import Detector, Scenario
from stadtkern.kernel.accounts.models import Account, Staff
from stadtkern.kernel.city.models import Office
from stadtkern.site import flow

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("STADTKERN_PICTURES")  # a folder for screenshots, to look at


def test_what_if_the_street_is_closed(db, open_tab):
    office = Office.objects.create(key="tiefbauamt", title="Tiefbauamt")
    planner = Account.objects.create(email="frieda@stadt.example", name="Frieda Brinkmann")
    Staff.objects.create(account=planner, office=office, role="CLERK")
    assert flow.play() >= 6
    tab = open_tab(width=1280, account=planner)
    tab.go("/verkehr/amt/sperrung/")
    keep(tab, "ask-1280")
    tab.page.get_by_label("Gesperrte Straße").select_option("Marktstraße")
    tab.page.get_by_label("Name der Frage").fill("Kanalbau im Sommer")
    tab.page.get_by_role("button", name="Rechnen").click()
    tab.page.wait_for_url("**/sperrung/*/")
    row = Scenario.objects.get()
    assert tab.page.locator("progress").count() == 1
    keep(tab, "waiting-1280")
    scenarios.work_on(row.pk)
    tab.page.get_by_role("link", name="Neu laden").click()
    tab.page.get_by_role("heading", name="Wie sicher ist das?").wait_for()
    assert "Ohne anderen Weg" in tab.page.content() and tab.axe() == [] and tab.overflow() <= 0
    keep(tab, "answer-1280")
    phone = open_tab(width=390, account=planner)
    detector = Detector.objects.order_by("pk")[0].pk
    for name, path in (
        ("ask", "/verkehr/amt/sperrung/"),
        ("answer", f"/verkehr/amt/sperrung/{row.pk}/"),
        ("figures", "/verkehr/kennzahlen/"),
        ("now", "/verkehr/"),
        ("hours", f"/verkehr/zaehlstelle/{detector}/"),
    ):
        assert phone.go(path).status == 200 and phone.overflow() <= 0, path
        keep(phone, f"{name}-390")


def keep(tab, name: str) -> None:
    if PICTURES:
        tab.page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)
