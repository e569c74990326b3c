"""The demo's shared vehicles: a ride of last week, paid, with its receipt, and a bike reserved now; once, however often."""

from datetime import timedelta

from django.utils import timezone

from stadtkern.domains.mobility.models import Ride
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.payments.models import Payment, Receivable
from stadtkern.site import lent


def test_a_past_ride_with_receipt_and_one_reserved(citizen, settings, tmp_path, own_place):
    settings.HOME = tmp_path
    Account.objects.filter(pk=citizen.pk).update(email="zoe.celik@demo.musterstadt.example")
    assert [lent.play(), lent.play()] == [2, 2]
    held, past = Ride.objects.all()
    assert held.state == "HELD" and held.until > timezone.now() + timedelta(hours=3)
    assert past.state == "BILLED" and past.cents == 100 + 14 * 19 and past.ended_at < timezone.now() - timedelta(days=4)
    assert Payment.objects.get().status == "PAID" and Receivable.objects.get().open_cents == 0
    assert Document.objects.filter(title__startswith="Quittung").count() == 1
