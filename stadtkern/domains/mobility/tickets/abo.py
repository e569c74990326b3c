"""The Abo: what it costs, agree, see its months, end it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import actor_of, signed_in
from stadtkern.kernel.payments.models import DebitMandate

from ..actions import ticket_abo as actions
from ..models import Order, Subscription
from . import fares
from .pricing import plain
from .products import Tariff, tariff
from .quoting import Refused, Wish
from .shop import chosen, price_shown


@signed_in
@never_cache
def abo(request: HttpRequest) -> HttpResponse:
    """One page for before, while and after."""
    rules, actor = tariff(), actor_of(request)
    running = Subscription.objects.visible_to(actor).order_by("-pk").first()
    problem = ""
    if request.method == "POST":
        try:
            if "kuendigen" in request.POST and running:
                row = actions.end(actor, running)
                messages.info(request, _("Gekündigt. Ihr letzter Monat ist %s.") % f"{row.last_month:%m/%Y}")
            else:
                wish = _wish(rules, request)
                shown = price_shown(request, f"preis_{wish.product.key}")
                actions.subscribe(actor, wish, bool(request.POST.get("einverstanden")), shown)
                messages.info(request, _("Ihr Abo ist abgeschlossen. Den Fahrschein bekommen Sie, sobald das Geld da ist."))
        except Refused as refused:
            problem = str(refused)
        else:
            return redirect("mobility:ticket_abo")
    return _page(request, rules, running, problem)


def _wish(rules: Tariff, request: HttpRequest) -> Wish:
    product = rules.products.get(request.POST.get("produkt", "")[:30])
    name = request.POST.get("ermaessigung", "")[:30]
    if product is None or not product.subscription or (name and name not in rules.reductions):
        raise Refused(_("Dieses Abo gibt es nicht. Wählen Sie eines aus der Liste."))
    return Wish(product, chosen(rules, request), rules.reductions.get(name), timezone.now())


def _page(request: HttpRequest, rules: Tariff, running: Subscription | None, problem: str) -> HttpResponse:
    actor, typed = actor_of(request), request.POST if request.method == "POST" else request.GET
    zones = chosen(rules, request) or tuple(rules.zones)[:1]
    offers = [one for one in rules.products.values() if one.subscription]
    mandate = DebitMandate.objects.visible_to(actor).live().filter(only=None).first()
    reduction = rules.reductions.get(typed.get("ermaessigung", "")[:30])
    context: dict[str, Any] = {
        "abo": running if running and running.last_month is None else None, "ended": running,
        "orders": Order.objects.visible_to(actor).filter(subscription=running).order_by("-starts_at")[:12] if running else [],
        "offers": [(one, plain(rules, one, len(zones), reduction, fares.cents_of(one, len(zones)))) for one in offers],
        "zones": rules.zones.values(), "chosen": zones, "mandate": mandate, "problem": problem, "Status": Order.Status,
        "reductions": rules.reductions.values(), "reduction": reduction, "for_others": bool(actor.company or actor.mandate),
    }  # fmt: skip
    return render(request, "mobility/tickets/abo.html", context, status=422 if problem else 200)
