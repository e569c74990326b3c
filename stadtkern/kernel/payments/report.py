"""Payments of the person who asks for their report (Art. 15 GDPR)."""

from typing import Any

from stadtkern.kernel.accounts.access import Actor

from . import bank
from .models import Collection, DebitMandate, Disbursement, Dunning, DunningStop, Payment, Receivable

MOST = 10_000


def report(actor: Actor) -> list[dict[str, Any]]:
    """Own claims with what they are made of and what was asked of them, own payments, mandates and what was collected."""
    told = ("purpose", "description", "items", "amount_cents", "status", "method", "created_at", "completed_at", "refunded_at")
    payments = list(Payment.objects.filter(account=actor.account).order_by("-id").values(*told)[:MOST])
    claims = (
        Receivable.objects.filter(account=actor.account)
        .prefetch_related("positions", "instalments", "dunnings")
        .order_by("-id")
    )
    stops = DunningStop.objects.filter(account=actor.account).values("reason", "until", "created_at", "ended_at")
    return [
        *(_claim(row) for row in claims[:MOST]),
        *payments,
        *_mandates(actor),
        *_disbursements(actor),
        *stops.order_by("-id")[:MOST],
    ]


def _claim(row: Receivable) -> dict[str, Any]:
    told = ("reference", "description", "status", "claimed_cents", "open_cents", "refund_cents", "due_date", "created_at")
    items = [{"label": line.label, "cents": line.cents} for line in row.positions.all()]
    parts = [{"due_date": part.due_date, "cents": part.cents} for part in row.instalments.all()]
    more = {"items": items, "instalments": parts, "reminders": [_reminder(one) for one in row.dunnings.all()]}
    return {name: getattr(row, name) for name in told} | more


def _reminder(row: Dunning) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("title", "day", "pay_until", "open_cents", "fee_cents", "surcharge_cents")}


def _mandates(actor: Actor) -> list[dict[str, Any]]:
    """Also given for a company: who signed is a person. The account is told in full: it is theirs."""
    rows = DebitMandate.objects.filter(account=actor.account).order_by("-id")[:MOST]
    known = bank.opened((row.sealed, f"mandate:{row.reference}") for row in rows)
    told = ("end_to_end", "cents", "due_date", "status", "reason")
    collected: dict[int, list[dict[str, Any]]] = {}
    for one in Collection.objects.filter(mandate__in=[row.pk for row in rows]).order_by("-id").values("mandate", *told):
        collected.setdefault(one.pop("mandate"), []).append(one)
    return [
        {"mandate": row.reference, "signed_at": row.signed_at, "ended_at": row.ended_at, "ending": row.ending, **facts,
         "collections": collected.get(row.pk, [])}
        for row, facts in zip(rows, known, strict=True)
    ]  # fmt: skip


def _disbursements(actor: Actor) -> list[dict[str, Any]]:
    """What the city pays to this person, with the account they named."""
    rows = Disbursement.objects.filter(account=actor.account).select_related("entry").order_by("-id")[:MOST]
    known = bank.opened((bytes(row.sealed), f"disbursement:{row.entry_id}") for row in rows)
    return [
        {"payout": row.label, "cents": row.cents, "day": row.entry.day, **facts} for row, facts in zip(rows, known, strict=True)
    ]
