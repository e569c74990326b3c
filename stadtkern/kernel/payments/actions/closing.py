"""Closing a day, and handing its file to the finance system once."""

import hashlib
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.events.actions import record

from .. import journal
from ..models import DayClosing, Entry, Export, Posting
from ..receivers import receiver
from .posting import Refused


def open_since() -> date | None:
    """The first day with entries that is not closed; None where nothing is booked since."""
    last = DayClosing.objects.order_by("-day").first()
    rows = Entry.objects.filter(day__gt=last.day) if last else Entry.objects.all()
    first = rows.order_by("day").values_list("day", flat=True).first()
    return (last.day + timedelta(days=1)) if last and first else first


@transaction.atomic
def close_day(day: date, actor_key: str) -> DayClosing:
    """Everything up to and with `day` is final; closing it again returns the closing. Diary: `payment.day_closed`."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE payments_entry IN SHARE MODE")  # waits for bookings under way
    if known := DayClosing.objects.filter(day=day).first():
        return known
    since = open_since()
    if day >= timezone.localdate():
        raise Refused(_("Abschließen lässt sich ein Tag erst, wenn er vorbei ist."))
    if since is None or since > day:
        raise Refused(_("Bis zu diesem Tag ist nichts mehr abzuschließen."))
    inside = Posting.objects.filter(entry__day__gte=since, entry__day__lte=day)
    debits = inside.filter(cents__gt=0).aggregate(sum=Sum("cents"))["sum"] or 0
    last = DayClosing.objects.order_by("-day").first()
    closing = DayClosing(
        day=day, since=since, by=actor_key, entries=Entry.objects.filter(day__gte=since, day__lte=day).count(), cents=debits
    )
    closing.hash = journal.chained(last.hash if last else "", journal.file_of(closing))
    closing.save(force_insert=True)
    facts = {"day": day.isoformat(), "entries": closing.entries, "cents": debits}
    record("payment.day_closed", subject=str(closing), actor=actor_key, data=facts)
    return closing


@transaction.atomic
def export(closing: DayClosing, actor_key: str) -> Export:
    """The file of a closed day, handed over once; again returns the first. Diary: `payment.exported`.

    Raises Refused when the receiver did not take it; then nothing is noted and it can be tried again.
    """
    row = DayClosing.objects.select_for_update(no_key=True).get(pk=closing.pk)
    if known := Export.objects.filter(closing=row).first():
        return known
    data, to = journal.file_of(row), receiver()
    try:
        to.hand_over(journal.name_of(row), data)
    except OSError as error:
        raise Refused(_("Das Finanzverfahren hat die Datei nicht angenommen: %s") % error) from error
    made = Export.objects.create(
        closing=row, by=actor_key, receiver=to.key, sha256=hashlib.sha256(data).hexdigest(), rows=data.count(b"\r\n") - 1,
        handed_over_at=timezone.now() if to.connected else None,
    )  # fmt: skip
    record("payment.exported", subject=str(row), actor=actor_key, data={"export": made.pk, "rows": made.rows})
    return made
