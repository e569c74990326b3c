"""Vier Augen: refunds above the city's limit need a second person of the cash office, also in small steps."""

from django.db import transaction
from django.db.models import Max, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.actions import record

from .. import chart
from ..models import Entry, Posting, Receivable, Release
from .posting import Refused, lock


def limit() -> int:
    """Cents above which two people must agree, `[payments] four_eyes_cents`; 0: never."""
    return int(city().raw.get("payments", {}).get("four_eyes_cents", 0))


def needs_release(row: Receivable, cents: int) -> bool:
    """Whether a second person must agree: what went back for this claim since they last did counts, too."""
    return limit() > 0 and limit() < cents + _gone_back(row)


def may_go(row: Receivable, cents: int) -> bool:
    """Whether this refund may be booked now."""
    return (
        not needs_release(row, cents)
        or Release.objects.filter(receivable=row, used_at=None, given_at__isnull=False, cents__gte=cents).exists()
    )


def _gone_back(row: Receivable) -> int:
    """Cents refunded with one signature: many small refunds are a large one."""
    undone = Entry.objects.filter(reverses__isnull=False).values("reverses")
    rows = Posting.objects.filter(receivable=row, account=chart.REFUNDS, entry__kind=Entry.Kind.REFUND)
    if last := Release.objects.filter(receivable=row, used_at__isnull=False).aggregate(at=Max("used_at"))["at"]:
        rows = rows.filter(entry__created_at__gt=last)
    return int(rows.exclude(entry__in=undone).aggregate(cents=Sum("cents"))["cents"] or 0)


@transaction.atomic
def ask_release(receivable: Receivable, actor: Actor) -> Release:
    """Ask a colleague to agree to refund what is owed back. Again returns the open one. Diary: `payment.release_asked`."""
    row = lock(receivable)
    if known := Release.objects.filter(receivable=row, used_at=None).first():
        if known.cents >= row.refund_cents:
            return known
        known.delete()  # more is owed back by now: the signature was for less
    if not row.refund_cents:
        raise Refused(_("Hier ist nichts zu erstatten."))
    made = Release.objects.create(receivable=row, cents=row.refund_cents, asked_by=actor.key)
    record("payment.release_asked", subject=str(row), actor=actor.key, data={"cents": made.cents})
    return made


@transaction.atomic
def give_release(release: Release, actor: Actor) -> Release:
    """The second person agrees; never the one who asked. Diary: `payment.release_given`."""
    mine = Release.objects.select_for_update().get(pk=release.pk)
    if mine.given_at:
        return mine
    if mine.asked_by == actor.key:
        raise Refused(_("Die zweite Unterschrift muss von jemand anderem kommen."))
    mine.given_by, mine.given_at = actor.key, timezone.now()
    mine.save(update_fields=["given_by", "given_at"])
    record("payment.release_given", subject=f"receivable:{mine.receivable_id}", actor=actor.key, data={"cents": mine.cents})
    return mine


def use_release(row: Receivable) -> None:
    """The refund is booked."""
    Release.objects.filter(receivable=row, used_at=None, given_at__isnull=False).update(used_at=timezone.now())
