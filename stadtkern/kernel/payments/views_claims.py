"""A claim as its debtor sees it: what it is made of, what came, what is due, in parts where allowed, and the receipt."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import actor_of, everyone
from stadtkern.kernel.privacy.actions import note_owned

from . import actions
from .journal import money_of
from .models import Payment, Receivable
from .transfer import for_claim

View = Callable[..., HttpResponse]


def debtor(view: View) -> View:
    """Whoever owes it: an account, or the browser that applied without signing in; others sign in."""

    @everyone
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        if actor.account is None and not actor.draft_keys:
            return redirect_to_login(reverse("payments:claim", args=[pk]))
        row = get_object_or_404(Receivable.objects.visible_to(actor), pk=pk)
        note_owned(actor, [row], source="payments", fields=("payment",))
        return view(request, row)

    return guarded  # type: ignore[return-value]


@debtor
def claim(request: HttpRequest, row: Receivable) -> HttpResponse:
    """Where it stands, and the one thing to do next."""
    today = timezone.localdate()
    plan = list(row.instalments.all())
    left = row.open_cents
    parts = []
    for part in reversed(plan):
        owed = min(part.cents, left)
        left -= owed
        parts.append((part, owed))
    due = row.due_cents(today) or next((owed for _part, owed in parts[::-1] if owed), row.open_cents)
    context: dict[str, Any] = {
        "row": row, "positions": list(row.positions.all()), "money": money_of(row), "parts": parts[::-1], "today": today,
        "choices": choices(row) if not plan else [], "transfer": for_claim(row, due), "due": row.due_cents(today),
        "attempt": Payment.objects.filter(receivable=row, status="STARTED").first(),
    }  # fmt: skip
    return render(request, "payments/claim.html", context)


@debtor
def pay(request: HttpRequest, row: Receivable) -> HttpResponse:
    """To the attempt that pays what is due now."""
    if request.method != "POST":
        return redirect("payments:claim", row.pk)
    try:
        return redirect("payments:show", actions.attempt(row, actor_of(request).key).pk)
    except actions.Refused as refused:
        messages.warning(request, str(refused))
        return redirect("payments:claim", row.pk)


@debtor
def instalments(request: HttpRequest, row: Receivable) -> HttpResponse:
    """The payer chooses how many monthly parts; the first is due today."""
    count = request.POST.get("raten", "")
    if request.method == "POST" and count.isascii() and count.isdigit():
        try:
            actions.agree_instalments(row, int(count[:3]), timezone.localdate(), actor_of(request).key)
            messages.success(request, _("Die Raten sind vereinbart."))
        except actions.Refused as refused:
            messages.warning(request, str(refused))
    return redirect("payments:claim", row.pk)


@debtor
def receipt(request: HttpRequest, row: Receivable) -> HttpResponse:
    """What came and what went back, for printing; by button as a sealed PDF for those with an account."""
    if not money_of(row):
        return redirect("payments:claim", row.pk)
    if request.method == "POST" and row.account_id:
        return redirect("documents:download", actions.issue_claim_receipt(row, actor_of(request).key).number)
    context = {
        "row": row, "positions": list(row.positions.all()), "money": money_of(row), "paper": row.account_id is not None,
        "tax_note": actions.tax_note(actions.taxes(row)), "gift": row.key == "donation",
        "back": reverse("payments:claim", args=[row.pk]),
    }  # fmt: skip
    return render(request, "payments/receipt.html", context)


def choices(row: Receivable) -> list[tuple[int, int]]:
    """(how many parts, how much each) the service allows for what is open."""
    least = max(1, row.instalment_least_cents)
    return [
        (count, row.open_cents // count) for count in range(2, row.instalments_most + 1) if row.open_cents // count >= least
    ]
