"""Who rides for less: declared by the person, proven by the wallet or checked by the office."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record

from ..models import FareRight
from ..tickets.products import Reduction, tariff
from ..tickets.quoting import proof
from ..tickets.validity import months_later
from .tickets import lock, owner_of, tell

Status = FareRight.Status


@transaction.atomic
def declare(actor: Actor, reduction: Reduction) -> FareRight:
    """Granted at once where the wallet holds the proof; else the office looks. Twice changes nothing.

    Diary: `ticket.right_declared`.
    """
    account = owner_of(actor)
    lock(account)
    row = FareRight.objects.filter(account=account, reduction=reduction.key).first()
    today = timezone.localdate()
    if row and (row.status == Status.DECLARED or (row.status == Status.GRANTED and (row.until is None or row.until >= today))):
        return row
    row = row or FareRight(account=account, reduction=reduction.key)
    row.status, row.by, row.until, row.declared_at, row.decided_at = Status.DECLARED, "", None, timezone.now(), None
    if found := proof(account, reduction, timezone.now()):
        end = months_later(today, reduction.months)
        row.status, row.by, row.decided_at = Status.GRANTED, "proof", timezone.now()
        row.until = min(end, timezone.localdate(found.valid_until)) if found.valid_until else end
    row.save()
    record("ticket.right_declared", subject=str(row), actor=actor.key, data={"status": row.status})
    return row


@transaction.atomic
def decide(actor: Actor, right: FareRight, grant: bool) -> FareRight:
    """The office has looked. The first answer counts. Diary: `ticket.right_decided`."""
    if actor.staff is None:
        raise ValueError("Only staff decides")
    row = FareRight.objects.select_for_update().get(pk=right.pk)
    if row.status != Status.DECLARED:
        return row
    reduction = tariff().reductions.get(row.reduction)
    row.status, row.by, row.decided_at = Status.GRANTED if grant else Status.REFUSED, actor.key, timezone.now()
    row.until = months_later(timezone.localdate(), reduction.months) if grant and reduction else None
    row.save()
    record("ticket.right_decided", subject=str(row), actor=actor.key, data={"status": row.status})
    if row.account:
        with override(row.account.language):
            title = reduction.title if reduction else row.reduction
            yes = _("Sie fahren ab sofort zum ermäßigten Preis: %s. Wählen Sie ihn beim Kauf aus.")
            no = _(
                "Den ermäßigten Preis können wir nicht freigeben: %s. Es fehlt ein gültiger Nachweis. Kommen Sie gern vorbei."
            )
            tell(
                row.account, _("Ihr ermäßigter Preis"), (yes if grant else no) % title, about=str(row), actor_key=actor.key,
                once=f"ticket.right:{row.pk}:{int(row.declared_at.timestamp())}", link=reverse("mobility:ticket_rights"),
            )  # fmt: skip
    return row


@transaction.atomic
def forget_rights(now: datetime) -> int:
    """Refused ones and those that are over for a year go."""
    old = months_later(timezone.localdate(now).replace(day=1), 0)
    rows = FareRight.objects.filter(until__lt=old.replace(year=old.year - 1))
    refused = FareRight.objects.filter(status=Status.REFUSED, decided_at__lt=now.replace(year=now.year - 1, day=1))
    return int(rows.delete()[0]) + int(refused.delete()[0])
