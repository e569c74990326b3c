"""A resident rides: reserved, unlocked, paused, ended, paid; and what the page says while the provider is silent."""

import os
import re
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from stadtkern.domains.mobility.actions import rides, riding
from stadtkern.domains.mobility.models import Ride
from stadtkern.domains.mobility.sharing.offers import Offer
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.payments.models import Payment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BIKE = Offer("flitz", "Flitz", "f-7", "scooter", "E-Scooter, Flitz", "Am Markt", 51.96, 8.03, bookable=True)


def look(tab, name):
    """Accessible and no wider than a small phone; kept where somebody wants to look (`STADTKERN_SHOTS=/some/folder`)."""
    if shots := os.environ.get("STADTKERN_SHOTS"):
        for width in (1280, 390):
            tab.page.set_viewport_size({"width": width, "height": 900})
            tab.page.screenshot(path=Path(shots) / f"{name}-{width}.png", full_page=True)
        tab.page.set_viewport_size({"width": 1280, "height": 900})
    assert tab.everywhere() == []


def test_from_the_reservation_to_the_receipt(citizen, open_tab, settings, tmp_path, monkeypatch):
    settings.HOME = tmp_path
    late = timedelta()
    monkeypatch.setattr(timezone, "now", lambda real=timezone.now: real() + late)
    row = rides.reserve(Actor(account=citizen), BIKE, uuid.uuid4())
    tab = open_tab(account=citizen)
    page = tab.page

    def press(name):
        page.get_by_role("button", name=name).click()
        page.wait_for_load_state()

    tab.go("/teilen/meine/")
    look(tab, "fahrten-reserviert")
    press("Entsperren und losfahren")
    late = timedelta(minutes=12)
    press("Pause")
    (tmp_path / "outage").mkdir()
    (tmp_path / "outage" / "sharing").write_text("lost")
    press("Fahrt beenden")  # done there, but nobody says so
    assert page.get_by_text("wird geklärt").is_visible() and page.get_by_role("button", name="beenden").count() == 0
    look(tab, "fahrt-wird-geklaert")
    (tmp_path / "outage" / "sharing").unlink()
    Ride.objects.update(look_at=timezone.now())
    riding.settle_due(timezone.now())
    page.get_by_role("link", name="Stand neu laden").click()
    page.wait_for_load_state()
    assert page.get_by_text("Die Rechnung passt zum Angebot").is_visible()
    look(tab, "fahrt-rechnung")
    tab.go(f"/teilen/meine/{row.pk}/")
    page.get_by_role("link", name="Jetzt bezahlen").click()
    page.wait_for_load_state()
    press(re.compile("€ bezahlen"))
    press("Mit Karte bezahlen")
    assert Payment.objects.get().status == Payment.Status.PAID
    tab.go(f"/teilen/meine/{row.pk}/")
    assert page.get_by_role("link", name="Zahlung und Quittung").is_visible()
    row.refresh_from_db()
    row.bill["lines"][0]["cents"] = 999
    row.save()
    tab.go(f"/teilen/meine/{row.pk}/")
    assert page.get_by_text("Das ist anders als angeboten").is_visible()
    look(tab, "fahrt-anders")
