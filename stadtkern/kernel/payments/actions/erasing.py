"""The payer goes, the booking stays."""

from collections.abc import Collection

from django.db import transaction

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.events.actions import record

from ..models import Payment

BOOKED = [Payment.Status.PAID, Payment.Status.SURPLUS, Payment.Status.STARTED]  # money came, or may still come
BOOKING_YEARS = 8


@transaction.atomic
def erase_of(account_id: int, keep: Collection[str]) -> int:
    """Bookings of one person lose the payer, attempts without money go; returns how many. Diary: `payment.erased`.

    What belongs to a matter in `keep` and is not paid yet stays as it is: the case is still running.
    """
    own = Payment.objects.select_for_update().filter(account=account_id, company=None)
    booked = list(own.filter(status__in=BOOKED).values_list("pk", flat=True))
    tried = list(own.exclude(status__in=BOOKED).exclude(about__in=list(keep)).values_list("pk", flat=True))
    Payment.objects.filter(pk__in=booked).update(account=None, draft_key=None, back_to="", last_error="")
    Payment.objects.filter(pk__in=tried).delete()
    if booked or tried:
        data = {"bookings": len(booked), "attempts": len(tried)}
        record("payment.erased", subject=f"account:{account_id}", actor=SYSTEM, data=data)
    return len(booked) + len(tried)
