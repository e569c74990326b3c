"""In a real browser: the plan on a phone, a line drawn with the keyboard, the clerk's table, the second person, the outcome."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from stadtkern.domains.participation.actions import confirming, laying
from stadtkern.domains.participation.models import Contribution, Phase, Statement, Weighing
from stadtkern.domains.participation.templating import template
from stadtkern.kernel.accounts.access import Actor

pytestmark = pytest.mark.browser
BASE, DESK = "/beteiligung/ufer/", "/beteiligung/verwaltung/ufer/"
AREA = {"type": "Polygon", "coordinates": [[[8.033, 51.961], [8.036, 51.961], [8.036, 51.963], [8.033, 51.961]]]}
TEXTS = "2 Höhe\nHöchstens vier Geschosse.\n\n3.2 Bäume\nDie sechs Linden können gefällt werden."


def test_a_plan_from_the_display_to_the_answer(make_process, citizen, moderator, second_moderator, open_tab, tmp_path):
    cache.clear()
    settings = template("planbeteiligung").defaults()
    plan = make_process("ufer", kind="planbeteiligung", title="Bebauungsplan Uferstraße", allows=("contribute",),
                        who={"account": False}, settings=settings, summary="84 Wohnungen am Ufer.")  # fmt: skip
    phase, now = Phase.objects.filter(process=plan), timezone.now()
    phase.update(starts_at=now + timedelta(days=1))
    laying.set_document(Actor(moderator.account, moderator), plan, {"title": "Festsetzungen", "passages": TEXTS})
    laying.set_area(Actor(moderator.account, moderator), plan, AREA)
    phase.update(starts_at=now - timedelta(days=5))
    phone = open_tab(width=390, account=citizen)
    phone.go(f"{BASE}plan/")
    phone.page.wait_for_selector("[data-ready]")
    phone.page.screenshot(path=str(tmp_path / "plan.png"), full_page=True)
    assert phone.overflow() <= 0 and phone.axe() == []
    phone.page.get_by_role("link", name="3.2 Bäume").click()
    phone.page.wait_for_selector("[data-ready]")
    assert phone.page.get_by_label("3.2 Bäume").is_checked()
    phone.page.get_by_label("Worum es geht, in einem Satz").fill("Die Linden müssen bleiben")
    phone.page.get_by_label("Stellungnahme", exact=True).fill("Sie sind sechzig Jahre alt und geben der Straße Schatten.")
    phone.page.get_by_role("button", name="Linie zeichnen").click()
    phone.page.locator("#zeichnung").focus()
    for _corner in range(2):
        phone.page.keyboard.press("Enter")
        phone.page.keyboard.press("ArrowRight")
        phone.page.wait_for_timeout(400)  # the map glides
    expect(phone.page.locator(".geo-said")).to_contain_text("Gezeichnet: 2 Punkte.")
    phone.page.screenshot(path=str(tmp_path / "statement.png"), full_page=True)
    assert phone.overflow() <= 0 and phone.axe() == []
    phone.page.get_by_role("button", name="Absenden").click()
    row = Contribution.objects.get()
    assert row.geometry["type"] == "LineString" and Statement.objects.get().passages.get().number == "3.2"
    confirming.confirm(row.pk)
    phone.go(f"{BASE}{row.reference}/")
    assert phone.page.get_by_role("link", name="Bestätigung des Eingangs (PDF)").is_visible() and phone.overflow() <= 0
    phone.page.screenshot(path=str(tmp_path / "sent.png"), full_page=True)
    desk = open_tab(width=1280, account=moderator.account)
    desk.go(f"{DESK}stellungnahmen/")
    desk.page.get_by_label("Stellungnahme 1 auswählen").check()
    desk.page.get_by_label("Neue Zeile der Tabelle: Thema").fill("Linden")
    desk.page.screenshot(path=str(tmp_path / "statements.png"), full_page=True)
    assert desk.overflow() <= 0 and desk.axe() == []
    desk.page.get_by_role("button", name="Weiter zur Antwort").click()
    desk.page.get_by_label("Das Anliegen in Ihren Worten").fill("Die Linden sollen bleiben.")
    desk.page.get_by_label("Abwägung und Begründung").fill("Vier von sechs Linden bleiben stehen.")
    desk.page.get_by_label("teilweise berücksichtigt").check()
    desk.page.screenshot(path=str(tmp_path / "weighing.png"), full_page=True)
    assert desk.overflow() <= 0 and desk.axe() == []
    desk.page.get_by_role("button", name="Zur Freigabe vorlegen").click()
    assert desk.page.get_by_text("Freigeben muss sie eine zweite Person").is_visible()
    lead = open_tab(width=1280, account=second_moderator.account)
    lead.go(f"{DESK}abwaegung/{Weighing.objects.get().pk}/")
    lead.page.get_by_role("button", name="Freigeben").click()
    phase.update(starts_at=now - timedelta(days=40), ends_at=now - timedelta(days=2))
    desk.go(f"{DESK}abwaegung/")
    desk.page.screenshot(path=str(tmp_path / "table.png"), full_page=True)
    desk.page.get_by_role("link", name="Beschluss eintragen").click()
    today = timezone.localdate()
    desk.page.get_by_label("Tag", exact=True).fill(str(today.day))
    desk.page.get_by_label("Monat").fill(str(today.month))
    desk.page.get_by_label("Jahr").fill(str(today.year))
    desk.page.get_by_label("Beschluss", exact=True).fill("Vorlage 2026/118")
    desk.page.get_by_role("button", name="Veröffentlichen").click()
    confirming.tell_outcome_of(row.pk, moderator.pk)
    phone.go(f"{BASE}{row.reference}/")
    assert phone.page.get_by_text("Vier von sechs Linden bleiben stehen.").is_visible() and phone.overflow() <= 0
    visitor = open_tab(width=320)
    visitor.go(f"{BASE}abwaegung/")
    visitor.page.screenshot(path=str(tmp_path / "outcome.png"), full_page=True)
    assert visitor.page.get_by_text("Stellungnahme 1", exact=True).is_visible() and visitor.overflow() <= 0
    assert visitor.axe() == []
