"""Reminders: who is due for one and who is not, booked under the lock of the claim, the letter by a job behind it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.events.actions import record

from ..bill import Item
from ..levels import Level, Rules, rules
from ..models import BankLine, Collection, Dunning, DunningStop, Payment, Position, Receivable
from .claims import add_position
from .posting import Refused, lock

PRINCIPAL = (Position.Kind.FEE, Position.Kind.REDUCTION)


@dataclass(frozen=True)
class Step:
    """The next reminder of a claim: what it would cost, or why it does not happen."""

    claim: Receivable
    level: Level
    cents: int  # overdue, without what this step adds
    fee: int
    surcharge: int
    held: str = ""  # "stop:OBJECTION", "debit", "provider", "unexplained", "nobody", "small"


def next_steps(today: date, limit: int = 1000) -> list[Step]:
    """Every claim whose next reminder is due today, held back or not; oldest first."""
    table = rules()
    rows = Receivable.objects.overdue(today).filter(cancelled_at=None)
    rows = rows.prefetch_related("instalments", "dunnings").select_related("account", "company").order_by("due_date", "pk")
    found = (_step(claim, table, today) for claim in rows[: limit * 3])
    return [step for step in found if step][:limit]


def _step(claim: Receivable, table: Rules, today: date) -> Step | None:
    """The claim as it stands now; None where no reminder is due."""
    sent = list(claim.dunnings.all())
    level = table.level(len(sent) + 1)
    due = _due_since(claim, today)
    cents = claim.due_cents(today)
    if level is None or due is None or cents <= 0 or (today - due).days < level.after:
        return None
    if sent and sent[-1].pay_until >= today:
        return None
    before = sum(one.surcharge_cents for one in sent)
    more = max(0, table.surcharge_until(_principal(claim, cents), due, today) - before)
    return Step(claim, level, cents, level.fee, more, _held(claim, cents, table, today))


def _due_since(claim: Receivable, today: date) -> date | None:
    """The day from which the oldest unpaid part is overdue."""
    plan = sorted(claim.instalments.all(), key=lambda part: part.due_date)
    if not plan:
        return claim.due_date
    paid = sum(part.cents for part in plan) - claim.open_cents
    for part in plan:
        paid -= part.cents
        if paid < 0:
            return part.due_date if part.due_date < today else None
    return None


def _principal(claim: Receivable, cents: int) -> int:
    """What of the overdue amount bears a surcharge: not the fees and surcharges themselves (§ 240 Abs. 2 AO)."""
    total = claim.positions.filter(kind__in=PRINCIPAL).aggregate(sum=Sum("cents"))["sum"] or 0
    return min(cents, max(0, total - claim.received_cents))


def _held(claim: Receivable, cents: int, table: Rules, today: date) -> str:
    if stop := DunningStop.objects.of(claim, today).order_by("pk").first():
        return f"stop:{stop.reason}"
    if cents < table.smallest:
        return "small"
    if Collection.objects.filter(receivable=claim, status__in=["ANNOUNCED", "ORDERED"]).exists():
        return "debit"
    if Payment.objects.filter(receivable=claim, status=Payment.Status.STARTED).exists():
        return "provider"
    if BankLine.objects.exclude(why="").filter(proposals__contains=[{"claim": claim.pk}]).exists():
        return "unexplained"  # the money may be there already
    if not (claim.account_id or claim.company_id or claim.debtor_name):
        return "nobody"
    return ""


@transaction.atomic
def dun(claim: Receivable, level: int, actor_key: str) -> Dunning:
    """One reminder: fee and surcharge are booked, the letter follows by a job. Diary: `payment.dunned`.

    Under the lock of the claim everything is looked at again: what was paid or stopped meanwhile is refused.
    """
    row, today = lock(claim), timezone.localdate()
    step = _step(row, rules(), today)
    if step is None or step.level.number != level:
        raise Refused(_("Inzwischen ist nichts mehr anzumahnen, oder es wurde schon gemahnt."))
    if step.held:
        raise Refused(_("Diese Forderung wird gerade nicht gemahnt."))
    # In German whoever presses the button: it is booked, and stands in the letter.
    for what, word, cents in (("fee", "Mahngebühr", step.fee), ("surcharge", "Säumniszuschlag", step.surcharge)):
        if cents:
            item = Item(f"{word} ({step.level.title})"[:250], cents, kind=Position.Kind.DUNNING)
            add_position(row, item, actor_key, source_key=f"dunning:{row.pk}:{level}:{what}")
    made = Dunning(
        receivable=row, level=level, title=step.level.title[:100], day=today, by=actor_key, fee_cents=step.fee,
        pay_until=today + timedelta(days=step.level.until), surcharge_cents=step.surcharge,
        open_cents=step.cents + step.fee + step.surcharge,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(_("Diese Stufe wurde schon gemahnt.")) from error
    record(
        "payment.dunned", subject=str(row), actor=actor_key, data={"dunning": made.pk, "level": level, "cents": made.open_cents}
    )
    return made


def dun_all(chosen: Iterable[tuple[int, int]], actor_key: str) -> tuple[int, int]:
    """(claim, level) each in a transaction of its own; (how many were sent, how many were refused meanwhile)."""
    done = refused = 0
    for pk, level in chosen:
        claim = Receivable.objects.filter(pk=pk).first()
        try:
            if claim is None:
                raise Refused("")
            dun(claim, level, actor_key)
        except Refused:
            refused += 1
        else:
            done += 1
    return done, refused


@transaction.atomic
def stop_dunning(
    claim: Receivable, reason: str, actor_key: str, *, until: date | None = None, everything: bool = False
) -> DunningStop:
    """No reminders for this claim, or for everything of its debtor. Diary: `payment.dunning_stopped`."""
    if reason not in DunningStop.Reason.values:
        raise Refused(_("Bitte wählen Sie den Grund aus."))
    if until and until < timezone.localdate():
        raise Refused(_("Der letzte Tag der Pause liegt in der Vergangenheit."))
    row = lock(claim)
    whose: dict[str, Any] = {"receivable": row}
    if everything and row.company_id:
        whose = {"company_id": row.company_id}
    elif everything and row.account_id:
        whose = {"account_id": row.account_id}
    made = DunningStop.objects.create(reason=reason, until=until, by=actor_key, **whose)
    record("payment.dunning_stopped", subject=str(row), actor=actor_key, data={"stop": made.pk, "reason": reason})
    return made


@transaction.atomic
def lift_stop(stop: DunningStop, actor_key: str) -> DunningStop:
    """Reminders go on. A second time changes nothing. Diary: `payment.dunning_resumed`."""
    row = DunningStop.objects.select_for_update().get(pk=stop.pk)
    if row.ended_at is None:
        row.ended_at = timezone.now()
        row.save(update_fields=["ended_at"])
        record("payment.dunning_resumed", subject=str(row), actor=actor_key, data={"stop": row.pk})
    return row
