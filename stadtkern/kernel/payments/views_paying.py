"""Paying without a case: what the city offers (donation, top-up, ticket), and a bill that came by letter."""

from contextlib import suppress
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts import draft_cookie, throttle
from stadtkern.kernel.accounts.access import actor_of, everyone
from stadtkern.lib import ids
from stadtkern.lib.money import from_typed, valid_kassenzeichen

from . import actions, payables
from .adapters import ProviderError, ProviderUnavailable
from .models import Payment, Receivable
from .models_ledger import FIRST_NUMBER, digits_of
from .transfer import for_claim

OFFERS = 20  # open claims an address may make a minute; nobody pays faster
BILL_DAYS = 1  # so long a browser may look at a bill it has named
SHOWN = "payments_bills"  # in the session: claim -> until when


@everyone
def offers(request: HttpRequest) -> HttpResponse:
    """Everything the city offers to pay for."""
    return render(request, "payments/offers.html", {"payables": payables.payables().values()})


@everyone
@never_cache
def offer(request: HttpRequest, key: str) -> HttpResponse:
    """Choose an amount and pay; with an account the payment is kept there, without one in this browser."""
    wanted = payables.payables().get(key)
    if wanted is None:
        raise Http404
    typed = {name: request.POST.get(name, "")[:200] for name in ("betrag", "angabe", *(one.key for one in wanted.choices))}
    problem: payables.Wrong | None = None
    if request.method == "POST":
        if throttle.miss(request, "payable") > OFFERS:
            return render(request, "429.html", status=429)
        try:
            return _open(request, wanted, typed)
        except payables.Wrong as wrong:
            problem = wrong
    elif not typed["betrag"]:
        typed["betrag"] = request.GET.get("betrag", "")[:20]
    once = request.POST.get("once", "")[:64] or ids.secret()[:32]
    context = {
        "payable": wanted, "typed": typed, "problem": problem, "once": once,
        "choices": [(one, typed.get(one.key, "")) for one in wanted.choices],
    }  # fmt: skip
    return render(request, "payments/offer.html", context, status=422 if problem else 200)


def _open(request: HttpRequest, wanted: payables.Payable, typed: dict[str, str]) -> HttpResponse:
    actor = actor_of(request)
    items, said = wanted.bill(typed), wanted.answer(typed)
    secret = draft_cookie.secret_of(request) or ids.secret() if actor.account is None else None
    once = ids.digest(f"{request.POST.get('once', '')}:{actor.key}:{secret}")[:24]  # a double click is one payment
    try:
        payment = actions.open_payment(
            about=f"{wanted.kind}:{wanted.key}:{once}"[:60], account=actor.owner, company=actor.company, mandate=actor.mandate,
            draft_key=ids.digest(secret.split(".")[0]) if secret else None, amount_cents=sum(item.cents for item in items),
            description=f"{wanted.title}, {said}" if said else wanted.title, items=items, actor_key=actor.key,
            back_to=reverse("payments:offer", args=[wanted.key]), key=wanted.kind, voluntary=True,
        )  # fmt: skip
    except (ValueError, actions.Refused):  # changed with the back button: another sum is another payment
        raise payables.Wrong("", _("Dieser Betrag wurde schon angelegt. Bitte laden Sie die Seite neu.")) from None
    response = redirect("payments:show", pk=payment.pk)
    if secret:
        draft_cookie.remember(response, secret)
    return response


@everyone
@never_cache
def bill(request: HttpRequest) -> HttpResponse:
    """Rechnung bezahlen: Kassenzeichen and amount as on the letter; both must fit, and nobody may try for long."""
    typed = {name: request.POST.get(name, "").replace("\x00", "")[:60] for name in ("zeichen", "betrag")}
    problem = ""
    if request.method == "POST":
        if throttle.misses(request, "bill") >= throttle.MISSES // 3:
            return render(request, "429.html", status=429)
        row = _named(typed["zeichen"], from_typed(typed["betrag"]))
        if row is not None:
            until = timezone.now().timestamp() + BILL_DAYS * 86400
            request.session[SHOWN] = {**_shown(request), str(row.pk): until}
            return redirect("payments:bill_show", row.pk)
        throttle.miss(request, "bill", 600)
        if typed["zeichen"] and not valid_kassenzeichen(typed["zeichen"]):
            problem = _("Bitte prüfen Sie das Kassenzeichen: Eine Ziffer fehlt, ist falsch oder vertauscht.")
        else:
            problem = _(
                "Zu diesem Kassenzeichen und Betrag finden wir nichts. Nehmen Sie beides genau so, wie es im Brief steht."
            )
    return render(request, "payments/bill.html", {"typed": typed, "problem": problem}, status=422 if problem else 200)


@everyone
@never_cache
def bill_show(request: HttpRequest, pk: int) -> HttpResponse:
    """Amount and ways to pay; no name and no reason, for whoever holds the letter knows them."""
    row = _mine(request, pk)
    if request.method == "POST":
        return _pay(request, row)
    return render(request, "payments/bill_show.html", {"row": row, "transfer": for_claim(row)})


@everyone
@never_cache
def bill_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Back from the provider, who is asked; the address is believed nothing."""
    row = _mine(request, pk)
    for attempt in Payment.objects.filter(receivable=row, status=Payment.Status.STARTED):
        with suppress(ProviderUnavailable, ProviderError):
            actions.refresh(attempt, actor_of(request).key)
    return redirect("payments:bill_show", row.pk)


def _pay(request: HttpRequest, row: Receivable) -> HttpResponse:
    from .views import off_to

    back = request.build_absolute_uri(reverse("payments:bill_back", args=[row.pk]))
    try:
        attempt = actions.attempt(row, actor_of(request).key)
        url = actions.begin(attempt, back, actor_of(request).key)
    except (ProviderUnavailable, ProviderError):
        problem = _("Der Bezahldienst antwortet gerade nicht. Versuchen Sie es in einigen Minuten noch einmal.")
    except actions.Refused as refused:
        problem = str(refused)
    else:
        return off_to(request, attempt, url)
    context: dict[str, Any] = {"row": row, "transfer": for_claim(row), "problem": problem}
    return render(request, "payments/bill_show.html", context, status=409)


def _named(reference: str, cents: int | None) -> Receivable | None:
    """The claim of this Kassenzeichen if the amount is the one on the letter, or what is still open of it."""
    digits = digits_of(reference)
    if cents is None or not valid_kassenzeichen(reference) or len(digits) > 19:
        return None
    row = Receivable.objects.filter(pk=int(digits[:-2]) - FIRST_NUMBER, voluntary=False).first()
    return row if row and cents in (row.claimed_cents, row.open_cents) else None


def _shown(request: HttpRequest) -> dict[str, float]:
    now = timezone.now().timestamp()
    return {pk: until for pk, until in request.session.get(SHOWN, {}).items() if until > now}


def _mine(request: HttpRequest, pk: int) -> Receivable:
    if str(pk) not in _shown(request):
        raise Http404
    return get_object_or_404(Receivable, pk=pk)
