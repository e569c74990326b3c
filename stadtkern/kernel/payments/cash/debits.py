"""Direct debits of the cash office: announce, write the file, fetch it for the bank's portal; refunds likewise."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.privacy.actions import note_owned
from stadtkern.kernel.privacy.keys import CannotOpen

from .. import actions, bank
from ..desk import cashier
from ..models import BankOrder, Collection, Payout

PAGE = 100


@cashier
@never_cache
def debits(request: HttpRequest) -> HttpResponse:
    """What can be announced, what is announced, and the files."""
    today, key = timezone.localdate(), actor_of(request).key
    if request.method == "POST":
        return _acted(request, key)
    new = actions.to_announce(today)
    announced = Collection.objects.filter(status=Collection.Status.ANNOUNCED).select_related("receivable", "mandate")
    waiting = list(announced.order_by("due_date", "pk")[:PAGE])
    claims = [claim for claim, _mandate, _cents in new[:PAGE]] + [one.receivable for one in waiting]
    note_owned(actor_of(request), claims, source="payments", fields=("payment",), purpose="debit")
    context: dict[str, Any] = {
        "account": bank.account(), "new": new[:PAGE], "new_count": len(new), "new_cents": sum(cents for _c, _m, cents in new),
        "waiting": waiting, "ready": len(actions.to_order(today)), "orders": BankOrder.objects.order_by("-pk")[:20],
        "returned": Collection.objects.filter(status="RETURNED").select_related("receivable").order_by("-pk")[:10],
    }  # fmt: skip
    return render(request, "payments/cash/debits.html", context)


def _acted(request: HttpRequest, key: str) -> HttpResponse:
    try:
        if request.POST.get("tun") == "ankuendigen":
            count = actions.announce_all(actions.to_announce(timezone.localdate()), key)
            messages.success(request, _("%(count)s Lastschriften angekündigt.") % {"count": count})
        elif request.POST.get("tun") == "datei":
            order = actions.order_debits(key)
            messages.success(request, _("Datei %(number)s mit %(count)s Lastschriften erstellt.") % {
                "number": order.number, "count": order.count,
            })  # fmt: skip
    except actions.Refused as refused:
        messages.warning(request, str(refused))
    return redirect("payments:cash_debits")


@cashier
@never_cache
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file for the bank's portal; that somebody took it is written down."""
    order = get_object_or_404(BankOrder, pk=pk)
    if request.method != "POST":
        return redirect("payments:cash_debits" if order.kind == BankOrder.Kind.DEBIT else "payments:cash_refunds")
    try:
        data = actions.fetched(order, actor_of(request).key)
    except CannotOpen:
        messages.warning(request, _("Diese Datei ist abgelaufen und gelöscht."))
        return redirect("payments:cash_debits")
    response = HttpResponse(data, content_type="application/xml")
    response["Content-Disposition"] = f'attachment; filename="{order.number}.xml"'
    return response


@cashier
@never_cache
def refunds(request: HttpRequest) -> HttpResponse:
    """What goes back by transfer, to the account it came from; the rest needs an account first."""
    key = actor_of(request).key
    if request.method == "POST":
        try:
            order = actions.order_refunds(key)
            messages.success(request, _("Datei %(number)s mit %(count)s Überweisungen erstellt.") % {
                "number": order.number, "count": order.count,
            })  # fmt: skip
        except actions.Refused as refused:
            messages.warning(request, str(refused))
        return redirect("payments:cash_refunds")
    ready, unknown = actions.refundable()
    note_owned(actor_of(request), [claim for claim, _facts in ready if claim] + unknown, source="payments", fields=("payment",))
    context = {
        "ready": ready, "unknown": unknown,
        "orders": BankOrder.objects.filter(kind=BankOrder.Kind.TRANSFER).order_by("-pk")[:20],
        "back": Payout.objects.filter(status="RETURNED").select_related("receivable").order_by("-pk")[:10],
    }  # fmt: skip
    return render(request, "payments/cash/refunds.html", context)
