"""Rides without a bill anybody believes: on the list of the customer desk in time, asked about, charged once or not at all."""

import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stadtkern.domains.mobility.actions import ride_bills
from stadtkern.domains.mobility.adapters import Bill, BillLine
from stadtkern.domains.mobility.models import Ride
from stadtkern.domains.mobility.sharing.telling import tell
from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.accounts.models import Staff
from stadtkern.kernel.events.models import Event
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.payments.models import Payment
from stadtkern.kernel.privacy.models import Access

pytestmark = pytest.mark.django_db
LIST = "/teilen/ohne-rechnung/"


class Door:
    """A provider with one bill for all."""

    cents: int | None = None

    def bill(self, leg):
        return None if self.cents is None else Bill((BillLine("FARE", self.cents, 1900),))


@pytest.fixture
def door(monkeypatch):
    made = Door()
    monkeypatch.setattr(ride_bills, "provider", lambda name: made)
    return made


@pytest.fixture
def desk(offices, other_citizen):
    Staff.objects.create(account=other_citizen, office=offices["ordnungsamt"], role="CLERK")
    client = Client()
    client.force_login(other_citizen, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def ended(account, days, leg="L-1"):
    when = timezone.now() - timedelta(days=days)
    told = {"provider": "flitz", "vehicle": leg, "title": "E-Scooter, Flitz", "leg": leg, "once": uuid.uuid4()}
    return Ride.objects.create(account=account, state="ENDED", at=when, ended_at=when, began_at=when, look_at=when, **told)


def sent(desk, row, verb, **more):
    page = desk.post(f"{LIST}{row.pk}/", {"tun": verb} | more, follow=True).content.decode()
    row.refresh_from_db()
    return " ".join(page.replace("\xa0", " ").split())


def test_a_bill_nobody_believes_waits_for_a_word_of_the_provider(citizen, door, desk):
    row, door.cents = ended(citizen, 0), 61_200
    assert "Keine Fahrt wartet" in desk.get(LIST).content.decode()
    ride_bills.settle(row, SYSTEM)
    row.refresh_from_db()
    assert (row.state, row.held_cents) == ("ENDED", 61_200) and "bevor Sie etwas bezahlen" in tell(row, timezone.now()).text
    page = desk.get(LIST).content.decode().replace("\xa0", " ")
    assert "612,00 €" in page and "L-1" in page and citizen.name not in page
    assert Access.objects.filter(accounts__contains=[citizen.pk], source="sharing").exists()
    assert "klären" in desk.get("/mobil/tickets/schalter/").content.decode()
    assert "inzwischen eine andere" in sent(desk, row, "annehmen", betrag="5") and row.meant_cents is None
    assert "noch keine Rechnung" in sent(desk, row, "fragen") and not Payment.objects.exists()
    door.cents = 70_000  # higher than what was confirmed
    assert "noch keine Rechnung" in sent(desk, row, "annehmen", betrag="61200") and row.held_cents == 70_000
    assert "Abgerechnet: 700,00 €" in sent(desk, row, "annehmen", betrag="70000") and row.state == "BILLED"
    assert Payment.objects.get().amount_cents == 70_000 and "700,00" in Message.objects.get().body
    assert desk.post(f"{LIST}{row.pk}/", {"tun": "annehmen", "betrag": "70000"}).status_code == 404
    assert Event.objects.filter(name="ride.bill_accepted", subject=str(row), actor__startswith="staff:").count() == 2


def test_after_a_month_nothing_is_charged_any_more(citizen, door, desk):
    row = ended(citizen, 31)
    ride_bills.settle(row, SYSTEM)
    door.cents = 500
    assert "Dabei bleibt es" in sent(desk, row, "fragen") and row.state == "UNBILLED" and not Payment.objects.exists()
    assert "Keine Fahrt wartet" in sent(desk, row, "erlassen") and row.closed_at
    waived = ended(citizen, 8, "L-2")
    assert "kostet nichts" in sent(desk, waived, "erlassen") and waived.state == "UNBILLED" and waived.look_at is None


def test_the_list_asks_as_little_for_many(citizen, door, desk):
    counts = []
    for many in (1, 12):
        for n in range(many):
            ended(citizen, 10, f"L-{many}-{n}")
        desk.get(LIST)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert desk.get(LIST).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
