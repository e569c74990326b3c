"""Payments for programs: what is owed, where to pay, how it stands."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Path, Query, Router, Schema

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.privacy.actions import note_owned

from . import actions
from .models import Payment

router = Router(tags=["payments"])
MOST = 100
Key = Annotated[int, Path(ge=1, le=2**63 - 1)]


class PaymentOut(Schema):
    """One attempt to pay; cents."""

    id: int
    about: str  # "case:17"
    amount_cents: int
    description: str
    purpose: str  # Kassenzeichen
    status: Literal["OPEN", "STARTED", "PAID", "FAILED", "CANCELLED", "EXPIRED", "SURPLUS"]
    created_at: datetime
    completed_at: datetime | None


class PaymentPage(Schema):
    """Newest first; `next` is the `after` of the next page, or null."""

    items: list[PaymentOut]
    next: int | None


class Started(Schema):
    """Send the payer's browser to `url`; afterwards fetch the payment again, the redirect alone proves nothing."""

    payment: PaymentOut
    url: str


@router.get("/payments", response=PaymentPage, url_name="payments")
def list_payments(
    request: HttpRequest,
    about: Annotated[str, Query(max_length=60, pattern=r"^[a-z:0-9]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
    after: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> dict[str, Any]:
    """What the caller owes or has paid, for example `about=case:17`."""
    actor = actor_of(request)
    rows = Payment.objects.visible_to(actor).order_by("-pk")
    if about:
        rows = rows.filter(about=about)
    if after:
        rows = rows.filter(pk__lt=after)
    found = list(rows.values(*PaymentOut.model_fields)[: limit + 1])
    if actor.company or actor.mandate:
        shown = list(rows.only("pk", "account_id", "company_id", "about")[:limit])
        note_owned(actor, shown, source="payments", fields=("payment",), channel="api")
    return {"items": found[:limit], "next": found[limit - 1]["id"] if len(found) > limit else None}


@router.get("/payments/{payment}", response=PaymentOut, url_name="payment")
def get_payment(request: HttpRequest, payment: Key) -> Payment:
    """How it stands; a job asks the provider about every unfinished one each minute."""
    return _own(request, payment)


@router.post("/payments/{payment}/start", response=Started, url_name="start_payment")
def start(request: HttpRequest, payment: Key) -> dict[str, Any]:
    """The provider's pay page; a second call gives the same one. 409 when nothing is to be paid, 503 while it is away."""
    row = _own(request, payment)
    back = settings.BASE_URL.rstrip("/") + reverse("payments:back", args=[row.pk])
    url = actions.begin(row, back, actor_of(request).key)
    row.refresh_from_db()
    return {"payment": row, "url": url}


def _own(request: HttpRequest, key: int) -> Payment:
    actor = actor_of(request)
    found = get_object_or_404(Payment.objects.visible_to(actor), pk=key)
    note_owned(actor, [found], source="payments", fields=("payment",), channel="api")
    return found
