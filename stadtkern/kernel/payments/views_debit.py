"""The account holder's page: give a direct debit mandate, see what is collected, take it back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import actor_of, signed_in

from . import actions, bank
from .models import Collection, DebitMandate

SHOWN = 20


@signed_in
@never_cache
def debit(request: HttpRequest) -> HttpResponse:
    """The one mandate, or the form for it with the whole text."""
    actor, ours = actor_of(request), bank.account()
    holder, wrong = request.POST.get("inhaber", "").replace("\x00", "")[:200], ""
    if request.method == "POST":
        try:
            iban, agreed = request.POST.get("iban", "")[:100], request.POST.get("zustimmen") == "1"
            actions.give_mandate(actor, holder=holder, iban=iban, agreed=agreed)
            messages.success(request, _("Ihr Lastschriftmandat gilt ab jetzt."))
            return redirect("payments:debit")
        except actions.Refused as refused:
            wrong = str(refused)
    mine = DebitMandate.objects.visible_to(actor)
    collections = Collection.objects.filter(mandate__in=mine).select_related("receivable", "mandate").order_by("-pk")[:SHOWN]
    context = {
        "mandates": mine.live().order_by("pk"), "collections": collections, "account": ours, "wrong": wrong,
        "text": actions.mandate_text(ours) if ours else "", "may": actor.mandate is None and ours and ours.creditor_id,
        "holder": holder or (actor.company.name if actor.company else actor.account.name if actor.account else ""),
    }  # fmt: skip
    return render(request, "payments/debit.html", context, status=422 if wrong else 200)


@signed_in
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Taken back; what the bank has already is told on the page."""
    actor = actor_of(request)
    row = get_object_or_404(DebitMandate.objects.visible_to(actor), pk=pk)
    if request.method == "POST":
        actions.revoke_mandate(actor, row)
        messages.success(request, _("Ihr Lastschriftmandat ist widerrufen. Wir ziehen nichts mehr ein."))
    return redirect("payments:debit")
