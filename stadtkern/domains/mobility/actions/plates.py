"""Hold a plate, reserve it for an application, assign it, give it back. The constraint on the table decides every race."""

from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.cases.models import OPEN, Case
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.inbox import actions as inbox
from stadtkern.kernel.registers.models import Vehicle
from stadtkern.lib import plates
from stadtkern.lib.plate_choice import problem

from ..models.plates import Plate
from ..plates import SERVICE
from ..plates.table import Table, table

Status = Plate.Status


class Refused(Exception):
    """Not possible; the message says what to do instead."""


class Taken(Refused):
    """Somebody else has it."""


def hold(actor: Actor, typed: str) -> Plate:
    """Keep a plate for minutes, so that nobody else takes it meanwhile; one's own is prolonged. Diary: `plate.held`."""
    rules, plate = _table(), plates.normal(typed[:40])
    if actor.account is None:
        raise Refused(_("Melden Sie sich an, um ein Kennzeichen festzuhalten."))
    if plate is None or problem(plate, rules.rules):
        raise Refused(_("Dieses Kennzeichen vergeben wir nicht."))
    return _hold(actor.account, plate, rules, actor.key)


@transaction.atomic
def _hold(account: Account, plate: str, rules: Table, actor_key: str) -> Plate:
    now = timezone.now()
    with connection.cursor() as cursor:  # two tabs of one person count one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"mobility.plates:{account.pk}"])
    until = now + timedelta(minutes=rules.hold_minutes)
    _end(Plate.objects.due(now).filter(plate=plate))
    if mine := Plate.objects.select_for_update().filter(plate=plate, account=account, status=Status.HELD).first():
        mine.until = until
        mine.save(update_fields=["until"])
        return mine
    held = Plate.objects.filter(account=account, status=Status.HELD, until__gt=now).count()
    if held >= rules.most_holds:
        text = _("Sie halten schon %(count)s Kennzeichen fest. Geben Sie erst eines davon frei.")
        raise Refused(text % {"count": held})
    row = _take(Plate(plate=plate, account=account, until=until))
    record("plate.held", subject=str(row), actor=actor_key, data={"plate": row.pk})
    return row


def _take(row: Plate) -> Plate:
    """Save it, unless a vehicle bears the plate or somebody else is faster."""
    text = _("%(plate)s ist gerade vergeben. Wählen Sie ein anderes.") % {"plate": row.plate}
    if Vehicle.objects.filter(plate=row.plate).exists():
        raise Taken(text)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Taken(text) from error
    return row


@transaction.atomic
def give_up(actor: Actor, plate: Plate) -> Plate:
    """The holder does not want it any more. Twice changes nothing. Diary: `plate.released`."""
    row = Plate.objects.select_for_update().get(pk=plate.pk)
    if row.status == Status.HELD and actor.account and row.account_id == actor.account.pk:
        row.status = Status.ENDED
        row.save(update_fields=["status"])
        record("plate.released", subject=str(row), actor=actor.key, data={"plate": row.pk})
    return row


@transaction.atomic
def reserve(case_id: int) -> Plate | None:
    """An application was sent: its plate is reserved for ninety days; where it cannot be had, the applicant is told.

    One that is withdrawn meanwhile reserves nothing. A replay changes nothing. Diary: `plate.reserved` or `plate.missed`.
    """
    case, rules = _case(case_id), table()
    plate = plates.normal(str(case.answers.get("plate") or "")[:40]) if case else None
    if case is None or rules is None or plate is None or case.status not in OPEN:
        return None
    if known := Plate.objects.live().filter(about=str(case)).first():
        return known
    now = timezone.now()
    _end(Plate.objects.due(now).filter(plate=plate))
    row = Plate.objects.select_for_update().filter(plate=plate, account=case.account, status=Status.HELD).first()
    try:
        if problem(plate, rules.rules):  # typed into the form, past the search
            raise Refused(_("Dieses Kennzeichen vergeben wir nicht."))
        row = row or _take(Plate(plate=plate, account=case.account))
    except Refused as refused:
        _tell_missed(case, plate, gone=isinstance(refused, Taken))
        record("plate.missed", subject=str(case), actor=SYSTEM, data={"case": case.pk})
        return None
    row.status, row.about, row.until = Status.RESERVED, str(case), now + timedelta(days=rules.reserve_days)
    row.save(update_fields=["status", "about", "until"])
    record("plate.reserved", subject=str(row), actor=SYSTEM, data={"plate": row.pk, "case": case.pk})
    return row


@transaction.atomic
def settle(case_id: int, granted: bool) -> None:
    """The application is decided or withdrawn: the vehicle bears the plate, or others may have it. Diary: `plate.assigned`."""
    row = Plate.objects.select_for_update().filter(about=f"case:{case_id}", status=Status.RESERVED).first()
    if row is None:
        return
    row.status, row.until = (Status.ASSIGNED, None) if granted else (Status.ENDED, row.until)
    row.save(update_fields=["status", "until"])
    record("plate.assigned" if granted else "plate.released", subject=str(row), actor=SYSTEM, data={"plate": row.pk})


@transaction.atomic
def expire_due(now: datetime, batch: int = 500) -> int:
    """Holds and reservations whose time is over; returns how many. Diary: `plate.expired` for all of a batch."""
    rows = Plate.objects.due(now).select_for_update(skip_locked=True).order_by("until")[:batch]
    count = _end(Plate.objects.filter(pk__in=[row.pk for row in rows]))
    if count:
        record("plate.expired", subject="plates", actor=SYSTEM, data={"plates": count})
    return count


@transaction.atomic
def forget_of(account_id: int) -> int:
    """Holds of somebody who goes end; what a vehicle bears stays without the person. Diary: `plate.forgotten`."""
    mine = Plate.objects.filter(account=account_id)
    _end(mine.filter(status=Status.HELD))
    count = mine.update(account=None)
    if count:
        record("plate.forgotten", subject=f"account:{account_id}", actor=SYSTEM, data={"plates": count})
    return count


def _end(rows: QuerySet[Plate]) -> int:
    return rows.update(status=Status.ENDED)


def _case(case_id: int) -> Case | None:
    return Case.objects.select_related("account", "company", "office").filter(pk=case_id, service=SERVICE).first()


def _tell_missed(case: Case, plate: str, *, gone: bool) -> None:
    """Somebody else has it, or the city gives out no such plate."""
    if case.account is None:
        return
    with override(case.account.language):
        if gone:
            title = _("Ihr Wunschkennzeichen ist vergeben")
            body = _(
                "Ihr Wunschkennzeichen %(plate)s wurde in der Zwischenzeit vergeben. Ihr Antrag bleibt bestehen. Suchen Sie "
                "sich ein anderes Kennzeichen aus und schreiben Sie uns, oder Sie bekommen beim Termin das nächste freie."
            )
        else:
            title = _("Ihr Wunschkennzeichen gibt es hier nicht")
            body = _(
                "Das Kennzeichen %(plate)s vergeben wir nicht. Ihr Antrag bleibt bestehen. Suchen Sie sich ein anderes "
                "Kennzeichen aus und schreiben Sie uns, oder Sie bekommen beim Termin das nächste freie."
            )
        inbox.deliver(
            account=case.account, company=case.company, about=str(case), office=case.office, actor_key=SYSTEM,
            title=title, body=body % {"plate": plate}, once=f"plate.missed:{case.pk}",
        )  # fmt: skip


def _table() -> Table:
    found = table()
    if found is None:
        raise Refused(_("In dieser Stadt werden keine Kennzeichen vergeben."))
    return found
