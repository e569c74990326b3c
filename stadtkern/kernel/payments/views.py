"""The payer's pages: what is owed, off to the provider and back, the receipt; and the operator's list."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from stadtkern.kernel.accounts.access import actor_of, everyone, signed_in, staff
from stadtkern.kernel.accounts.models import Role
from stadtkern.kernel.privacy.actions import note_owned

from . import actions
from .adapters import ProviderError, ProviderUnavailable
from .models import Payment, Receivable
from .transfer import for_claim

PAGE = 25
FRESH = timedelta(seconds=4)  # an answer this young is not fetched again for a page
REST = timedelta(seconds=20)  # nor is a provider asked again by pages so soon after it failed
Status = Payment.Status
View = Callable[..., HttpResponse]


def payer(view: View) -> View:
    """Whoever may see the payment: an account, or the browser that applied without signing in; others sign in."""

    @everyone
    @wraps(view)
    def guarded(request: HttpRequest, pk: int, **kwargs: Any) -> HttpResponse:
        actor = actor_of(request)
        if actor.account is None and not actor.draft_keys:
            return redirect_to_login(reverse("payments:show", args=[pk]))
        payment = get_object_or_404(Payment.objects.visible_to(actor), pk=pk)
        note_owned(actor, [payment], source="payments", fields=("payment",))
        return view(request, payment, **kwargs)

    return guarded  # type: ignore[return-value]


def changes(view: View) -> View:
    """Only by a button (POST); the back button or a sign-in in between leads to the payment's page."""

    @wraps(view)
    def guarded(request: HttpRequest, payment: Payment) -> HttpResponse:
        return view(request, payment) if request.method == "POST" else _to(payment)

    return guarded


@signed_in
def overview(request: HttpRequest) -> HttpResponse:
    """Everything this person (or the company acted for) has paid or owes, newest first."""
    actor = actor_of(request)
    # An attempt that is not begun stands above, as what is to be paid.
    rows = Payment.objects.visible_to(actor).exclude(status=Status.OPEN, receivable__open_cents__gt=0).order_by("-pk")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit():
        rows = rows.filter(pk__lt=int(before[:18]))
    page = list(rows[: PAGE + 1])
    note_owned(actor, page[:PAGE], source="payments", fields=("payment",))
    older = f"?before={page[PAGE - 1].pk}" if len(page) > PAGE else ""
    context: dict[str, Any] = {"payments": page[:PAGE], "older": older}
    if not before:
        claims = Receivable.objects.visible_to(actor)
        context["open"] = list(claims.open().order_by("due_date", "pk")[:PAGE])
        context["back"] = list(claims.to_refund().order_by("pk")[:PAGE])
        note_owned(actor, context["open"] + context["back"], source="payments", fields=("payment",))
    return render(request, "payments/list.html", context)


@payer
def show(request: HttpRequest, payment: Payment) -> HttpResponse:
    """Where the payment stands and the one thing to do next."""
    return render(request, "payments/show.html", _context(_looked_up(payment)))


@payer
def state(request: HttpRequest, payment: Payment) -> HttpResponse:
    """The same as a fragment, asked for every few seconds while we wait; the page reloads once there is an end."""
    before = request.GET.get("war", payment.status)
    payment = _looked_up(payment)
    response = render(request, "payments/_state.html", _context(payment))
    if payment.status != before:
        response["HX-Refresh"] = "true"
    return response


@payer
@changes
def start(request: HttpRequest, payment: Payment) -> HttpResponse:
    """Off to the provider; a second click ends at the same pay page."""
    return leave(request, payment)


@payer
def back(request: HttpRequest, payment: Payment) -> HttpResponse:
    """The provider sent the payer back. Whatever the address says about success is ignored; the provider is asked."""
    with suppress(ProviderUnavailable, ProviderError):
        actions.refresh(payment, actor_of(request).key)
    return _to(payment)


@payer
@changes
def cancel(request: HttpRequest, payment: Payment) -> HttpResponse:
    """The payer does not want to pay this way now."""
    actions.cancel(payment, actor_of(request).key)
    return _to(payment)


@payer
@changes
def retry(request: HttpRequest, payment: Payment) -> HttpResponse:
    """A new attempt, and off to the provider at once."""
    try:
        again = actions.reopen(payment, actor_of(request).key)
    except actions.Refused as refused:
        messages.warning(request, str(refused))
        return _to(payment)
    return _to(again) if again.status == Status.PAID else leave(request, again)


@payer
def receipt(request: HttpRequest, payment: Payment) -> HttpResponse:
    """Quittung for printing; by button as a sealed PDF for those with an account."""
    if payment.status != Status.PAID:
        return _to(payment)
    if request.method == "POST" and payment.account:
        paper = actions.issue_receipt(payment, _key(request))
        return redirect("documents:download", paper.number)
    context = {
        "payment": payment, "tax_note": actions.tax_note(actions.taxes_of(payment)), "paper": payment.account_id is not None,
        "gift": payment.about.startswith("donation:"), "back": reverse("payments:show", args=[payment.pk]),
    }  # fmt: skip
    return render(request, "payments/receipt.html", context)


@staff(Role.OPERATOR)
def operate(request: HttpRequest) -> HttpResponse:
    """What waits for the provider, and what the cash office has to send back. No names, only numbers."""
    context = {"unanswered": list(Payment.objects.unanswered()[:100]), "to_refund": list(Payment.objects.to_refund()[:100])}
    shown = [*context["unanswered"], *context["to_refund"]]
    note_owned(actor_of(request), shown, source="payments", fields=("payment",))
    return render(request, "payments/operate.html", context)


@staff(Role.OPERATOR)
def refunded(request: HttpRequest, pk: int) -> HttpResponse:
    """The surplus was sent back."""
    payment = get_object_or_404(Payment, pk=pk, status=Status.SURPLUS)
    if request.method == "POST":
        try:
            actions.mark_refunded(actor_of(request), payment)
        except actions.Refused as refused:
            messages.warning(request, str(refused))
    return redirect("payments:operate")


def leave(request: HttpRequest, payment: Payment) -> HttpResponse:
    """To the pay page. A form may not lead to another site (CSP form-action), so that goes over a page of ours."""
    try:
        url = actions.begin(payment, request.build_absolute_uri(reverse("payments:back", args=[payment.pk])), _key(request))
    except (ProviderUnavailable, ProviderError):
        return _to(payment)
    except actions.Refused as refused:
        messages.warning(request, str(refused))
        return _to(payment)
    return off_to(request, payment, url)


def off_to(request: HttpRequest, payment: Payment, url: str) -> HttpResponse:
    """To the provider's page, whose address is known."""
    host = urlsplit(url).hostname
    if urlsplit(url).netloc == request.get_host():
        return redirect(url)
    return render(request, "payments/leave.html", {"payment": payment, "url": url, "host": host})


def _looked_up(payment: Payment) -> Payment:
    """The payment with the provider's latest word, unless that is fresh or the provider has just failed to answer."""
    if payment.status == Status.STARTED:
        pause = REST if payment.last_error else FRESH
        if payment.checked_at is None or payment.checked_at < timezone.now() - pause:
            with suppress(ProviderUnavailable, ProviderError):
                actions.refresh(payment)
    return payment


def _context(payment: Payment) -> dict[str, Any]:
    newest = Payment.objects.of(payment.about).first()
    open_now = payment.status in (Status.OPEN, Status.FAILED, Status.CANCELLED, Status.EXPIRED)
    return {
        "payment": payment,
        "newer": newest if newest and newest.pk != payment.pk else None,
        "Status": Status,
        "of_case": payment.about.startswith("case:"),  # a gift or a bill is no application
        "transfer": for_claim(payment.receivable, payment.amount_cents) if open_now and payment.wanted else None,
    }


def _key(request: HttpRequest) -> str:
    return actor_of(request).key


def _to(payment: Payment) -> HttpResponse:
    return redirect("payments:show", pk=payment.pk)
