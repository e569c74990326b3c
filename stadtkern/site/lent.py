"""Shared vehicles of the demo: a ride of last week with its receipt, and a bike that is reserved now."""

import uuid

from django.utils import timezone

from stadtkern.domains.mobility.actions import rides, riding
from stadtkern.domains.mobility.actions.counts import Refused
from stadtkern.domains.mobility.models import Ride
from stadtkern.domains.mobility.sharing.offers import Offer
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Trust
from stadtkern.kernel.payments import actions as payments
from stadtkern.kernel.payments.adapters import TransactionStatus
from stadtkern.kernel.payments.adapters.demo import connect
from stadtkern.kernel.payments.models import Payment

from .rehearsal import days_ago

SCOOTER = Offer("flitz", "Flitz", "fl002", "scooter", "E-Scooter, Flitz", "", 51.962043, 8.033098, bookable=True)
BIKE = Offer(
    "musterrad", "MusterRad", "station:mr1", "bike", "Fahrrad an der Station Rathausplatz", "Rathausplatz", 51.962321, 8.033721,
    bookable=True,
)  # fmt: skip
MINUTES = 1 / 24 / 60  # of a day


def play() -> int:
    """Reserved, ridden, paid as people do it; returns how many rides there are. A second time changes nothing."""
    zoe = Account.objects.filter(email__startswith="zoe.celik").first()
    if zoe is None or Ride.objects.exists():
        return Ride.objects.count()
    me = Actor(zoe, trust=Trust.BASIC)
    try:
        _ride(me)
        rides.reserve(me, BIKE, uuid.uuid4())
    except Refused:
        return Ride.objects.count()  # another city: its operators are not the demo's
    return Ride.objects.count()


def _ride(me: Actor) -> None:
    """Fourteen begun minutes by scooter, five days ago."""
    with days_ago(5):
        row = rides.reserve(me, SCOOTER, uuid.uuid4())
    with days_ago(5 - 3 * MINUTES):
        riding.unlock(me, row.pk)
    with days_ago(5 - 16.5 * MINUTES):
        riding.finish(me, row.pk)
        _pay(row, me)


def _pay(row: Ride, me: Actor) -> None:
    payment = Payment.objects.of(str(row)).first()
    if payment is None:
        return
    payments.begin(payment, "http://localhost/", me.key)
    payment.refresh_from_db()
    connect().press(payment.transaction_id, TransactionStatus.PAYED, "girocard")
    payments.refresh(payment)
    payment.refresh_from_db()
    if payment.completed_at and payment.completed_at <= timezone.now():
        payments.issue_receipt(payment, me.key)
