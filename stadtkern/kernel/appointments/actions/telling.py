"""Tell people about their appointment, once: into the post box, or by e-mail where there is no account."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import override
from procrastinate.contrib.django import app

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.events.queue import Patient
from stadtkern.kernel.inbox import actions as inbox
from stadtkern.kernel.inbox.adapters import AddressRefused, Mailer

from .. import letters
from ..models import Appointment, Counter, Notice, Waiting

Occasion, State = Notice.Occasion, Notice.State
AHEAD = timedelta(hours=24)
FRESH = timedelta(hours=26)  # who booked so shortly before has the confirmation in hand
BATCH = 100
OVER = (Appointment.Status.CANCELLED, Appointment.Status.EXPIRED)


@transaction.atomic
def tell(row: Appointment, occasion: str, *, once: str, actor_key: str) -> Notice | None:
    """One letter or e-mail; a replay tells nothing. None where nobody can be told."""
    if row.status in OVER and occasion != Occasion.CANCELLED:
        return None  # overtaken: the cancellation is told instead
    return _tell(occasion, once, actor_key, appointment=row)


@transaction.atomic
def tell_waiting(row: Waiting, *, once: str, actor_key: str) -> Notice | None:
    """An appointment is held for somebody on the waiting list."""
    return _tell(Occasion.OFFERED, once, actor_key, waiting=row)


def _tell(
    occasion: str, once: str, actor_key: str, appointment: Appointment | None = None, waiting: Waiting | None = None
) -> Notice | None:
    whom: Any = appointment or waiting
    if whom.account is None and not whom.email:
        return None
    facts = {
        "appointment": appointment,
        "waiting": waiting,
        "occasion": occasion,
        "sequence": appointment.sequence if appointment else 0,
        "by_staff": actor_key.startswith("staff:"),
    }
    notice, fresh = Notice.objects.get_or_create(once=once, defaults=facts)
    if not fresh:
        return notice
    if whom.account is None:
        send_notice.defer(notice_id=notice.pk)
        return notice
    with override(whom.account.language):
        letter = letters.letter_of(notice)
    inbox.deliver(
        account=whom.account, company=whom.company, mandate=whom.mandate, about=whom.about or str(whom), office=letter.office,
        title=letter.title, body=letter.body, actor_key=actor_key, once=f"notice:{once}", link=letter.path,
    )  # fmt: skip
    notice.state, notice.sent_at = State.SENT, timezone.now()
    notice.save(update_fields=["state", "sent_at"])
    return notice


@app.task(name="appointments.mail", retry=Patient(), queue="echoes")
def send_notice(notice_id: int) -> None:
    """Hand the e-mail over; a mail server that is away is tried again for ever, an address it refuses never."""
    rows = Notice.objects.select_related("appointment__place__office", "appointment__matter", "waiting__offer__place")
    notice = rows.filter(pk=notice_id, state=State.WAITING).first()
    if notice is None:
        return
    mailer: Mailer = city().adapter("inbox").connect()
    try:
        if not letters.receiver(notice):
            raise AddressRefused("the person is gone")
        if notice.appointment and notice.appointment.status in OVER and notice.occasion != Occasion.CANCELLED:
            raise AddressRefused("overtaken by a cancellation")
        mailer.send(letters.mail_of(notice))
    except AddressRefused as error:
        _end(notice, State.REFUSED, "appointment.notice_refused", error)
    except Exception as error:
        Notice.objects.filter(pk=notice.pk).update(attempts=F("attempts") + 1, last_error=_words(error))
        raise
    else:
        _end(notice, State.SENT, "appointment.notified")


@transaction.atomic
def _end(notice: Notice, state: str, line: str, error: Exception | None = None) -> None:
    waiting = Notice.objects.filter(pk=notice.pk, state=State.WAITING)
    told = _words(error) if error else ""
    if waiting.update(state=state, sent_at=timezone.now(), attempts=F("attempts") + 1, last_error=told):
        subject = str(notice.appointment or notice.waiting)
        record(line, subject=subject, actor=SYSTEM, data={"notice": notice.pk})


def remind(now: datetime | None = None) -> int:
    """A day before: whoever booked earlier is reminded, once for every time it is moved to. Returns how many."""
    now = now or timezone.now()
    days = sorted({timezone.localdate(now), timezone.localdate(now + AHEAD)})
    told = Notice.objects.filter(appointment=OuterRef("pk"), occasion=Occasion.REMINDER, sequence=OuterRef("sequence"))
    rows = Appointment.objects.filter(
        ~Exists(told), counter__in=list(Counter.objects.values_list("pk", flat=True)), date__in=days, status="BOOKED",
        starts_at__gt=now, starts_at__lte=now + AHEAD, booked_at__lt=F("starts_at") - FRESH, erased_at=None,
    )  # fmt: skip
    due = list(rows.select_related("place__office", "matter", "account", "company", "mandate").order_by("starts_at")[:BATCH])
    for row in due:
        _remind(row)
    return len(due)


@transaction.atomic
def _remind(row: Appointment) -> None:
    once = f"reminder:{row.pk}:{row.sequence}"
    if tell(row, Occasion.REMINDER, once=once, actor_key=SYSTEM) is None:  # nobody to tell: not asked again
        facts = {"appointment": row, "occasion": Occasion.REMINDER, "sequence": row.sequence, "state": State.REFUSED}
        Notice.objects.get_or_create(once=once, defaults=facts)
    record("appointment.reminded", subject=f"appointment:{row.pk}", actor=SYSTEM, data={"sequence": row.sequence})


@transaction.atomic
def forget_notices(limit: int = 500) -> int:
    """What was told about appointments whose person is forgotten goes, too: notices and letters. Diary: `notice.forgotten`."""
    old = Notice.objects.filter(Q(appointment__erased_at__isnull=False) | Q(waiting=None, appointment=None))
    rows = list(old.values_list("pk", "appointment")[:limit])
    for key in {appointment for _pk, appointment in rows if appointment}:
        inbox.forget_about(f"appointment:{key}")
    Notice.objects.filter(pk__in=[pk for pk, _appointment in rows]).delete()
    if rows:
        record("notice.forgotten", subject="city", actor=SYSTEM, data={"notices": len(rows)})
    return len(rows)


def _words(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".replace("\0", "").split())[:300]
