"""The shop: what there is, what it costs for this person, and off to pay."""

from datetime import datetime, time
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts import throttle
from stadtkern.kernel.accounts.access import actor_of, everyone, signed_in
from stadtkern.kernel.payments.actions import Refused as NotPayable
from stadtkern.kernel.payments.models import Payment
from stadtkern.kernel.payments.views import leave
from stadtkern.lib import ids

from ..actions import tickets as actions
from ..models import FareRight, Order
from . import fares
from .pricing import plain
from .products import Product, Tariff, tariff
from .quoting import Quote, Refused, Wish, balance, quote

ORDERS = 20  # purchases one person may begin a minute: many phones share an address


@everyone
def shop(request: HttpRequest) -> HttpResponse:
    """Everything on sale, with the prices of the chosen zones (from a planned journey, or by hand)."""
    rules = tariff()
    zones = chosen(rules, request) or tuple(rules.zones)[:1]
    offers = [(one, _price(rules, one, len(zones))) for one in rules.products.values()]
    context = {"offers": offers, "zones": rules.zones.values(), "chosen": zones, "tariff": rules, "query": ",".join(zones)}
    context["unknown"] = rules.unknown(request.GET.get("zonen", ""))
    return render(request, "mobility/tickets/shop.html", context)


@signed_in
@never_cache
def buy(request: HttpRequest) -> HttpResponse:
    """One product: choose zones, price and day, see what it costs and why, pay."""
    rules = tariff()
    typed = request.POST if request.method == "POST" else request.GET
    product = rules.products.get(typed.get("produkt", "")[:30])
    if product is None:
        return redirect("mobility:tickets")
    if product.subscription:
        query = urlencode({"produkt": product.key, "zonen": ",".join(chosen(rules, request))})
        return redirect(f"{reverse('mobility:ticket_abo')}?{query}")
    problem, offer, wish = "", None, None
    try:
        account = actions.owner_of(actor_of(request))
        wish = wanted(rules, product, request)
        if request.method == "POST" and "kaufen" in request.POST:
            return _order(request, wish)
        offer = quote(rules, account, wish, timezone.now())
    except actions.OtherPrice as changed:
        problem, offer = str(changed), quote(rules, account, wish, timezone.now()) if wish else None
    except (Refused, NotPayable) as refused:
        problem = str(refused)
    return _page(request, rules, product, offer, problem)


def _order(request: HttpRequest, wish: Wish) -> HttpResponse:
    if throttle.count(f"tickets:{actor_of(request).key}", 60) > ORDERS:
        return render(request, "429.html", status=429)
    shown = price_shown(request, "preis")
    row, payment = actions.order(actor_of(request), wish, request.POST.get("once", "")[:64], shown)
    if payment is None or payment.status != Payment.Status.OPEN:
        return redirect("mobility:ticket_order", row.pk)
    return leave(request, payment)


def price_shown(request: HttpRequest, name: str) -> int | None:
    """Cents the page said; -1 where it said none, None where it is no page of ours."""
    said = request.POST.get(name)
    if said is None:
        return None
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else -1


def _page(request: HttpRequest, rules: Tariff, product: Product, offer: Quote | None, problem: str) -> HttpResponse:
    typed = request.POST if request.method == "POST" else request.GET
    account = actor_of(request).account
    context: dict[str, Any] = {
        "product": product, "tariff": rules, "zones": rules.zones.values(), "chosen": chosen(rules, request), "offer": offer,
        "problem": problem, "reductions": rules.reductions.values(), "reduction": typed.get("ermaessigung", "")[:30],
        "when": typed.get("wann", "")[:10] or "jetzt", "day": typed.get("tag", "")[:10] or timezone.localdate().isoformat(),
        "clock": typed.get("uhr", "")[:5], "once": request.POST.get("once", "")[:64] or ids.secret()[:32],
        "credit": balance(account) if account else 0,
    }  # fmt: skip
    return render(request, "mobility/tickets/buy.html", context, status=422 if problem and request.method == "POST" else 200)


@signed_in
@never_cache
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """A purchase: still to be paid, or the tickets it gave."""
    row = get_object_or_404(Order.objects.visible_to(actor_of(request)), pk=min(pk, 2**63 - 1))
    tickets = list(row.tickets.order_by("pk"))
    if len(tickets) == 1 and row.status == Order.Status.PAID and request.GET.get("war") != "1":
        return redirect("mobility:ticket", tickets[0].pk)
    payment = Payment.objects.of(str(row)).first()
    return render(
        request, "mobility/tickets/order.html", {"order": row, "tickets": tickets, "payment": payment, "Status": Order.Status}
    )


@signed_in
@never_cache
def rights(request: HttpRequest) -> HttpResponse:
    """Ride for less: declare it once; a proof in the wallet or the office says yes."""
    rules = tariff()
    known = {one.key: one for one in rules.reductions.values() if one.check == "right"}
    if request.method == "POST":
        reduction = known.get(request.POST.get("ermaessigung", "")[:30])
        try:
            if reduction is None:
                raise Refused(_("Wählen Sie, warum Sie weniger bezahlen."))
            from ..actions import ticket_rights

            row = ticket_rights.declare(actor_of(request), reduction)
        except Refused as refused:
            messages.warning(request, str(refused))
        else:
            granted = row.status == FareRight.Status.GRANTED
            text = _("Der ermäßigte Preis ist freigegeben.") if granted else _("Das Amt prüft Ihre Angabe und schreibt Ihnen.")
            messages.info(request, text)
        return redirect("mobility:ticket_rights")
    mine = {row.reduction: row for row in FareRight.objects.visible_to(actor_of(request))}
    rows = [(one, mine.get(key)) for key, one in known.items()]
    return render(request, "mobility/tickets/rights.html", {"rows": rows, "Status": FareRight.Status})


def chosen(rules: Tariff, request: HttpRequest) -> tuple[str, ...]:
    """Zones of the address ("zonen=A,B") or of the form ("zone=A&zone=B")."""
    typed = request.POST if request.method == "POST" else request.GET
    return rules.zones_of(",".join([typed.get("zonen", ""), *typed.getlist("zone")[:50]]))


def wanted(rules: Tariff, product: Product, request: HttpRequest) -> Wish:
    """The form as a wish. Raises Refused."""
    typed = request.POST if request.method == "POST" else request.GET
    if unknown := rules.unknown(typed.get("zonen", "")):
        raise Refused(_("Für Zone %s gibt es hier keine Fahrscheine. Wählen Sie andere Zonen.") % ", ".join(unknown))
    name = typed.get("ermaessigung", "")[:30]
    if name and name not in rules.reductions:
        raise Refused(_("Diese Ermäßigung gibt es nicht. Wählen Sie eine aus der Liste."))
    zones = chosen(rules, request) or (tuple(rules.zones)[:1] if request.method == "GET" and "zone" not in typed else ())
    return Wish(product, zones, rules.reductions.get(name), _starts(product, typed))


def _starts(product: Product, typed: Any) -> datetime | None:
    when = typed.get("wann", "") or "jetzt"
    if product.kind == "ride" and (product.count > 1 or when == "spaeter"):
        return None
    if when == "jetzt" and product.kind == "ride":
        return timezone.now()
    try:
        day = datetime.strptime(typed.get("tag", "") or timezone.localdate().isoformat(), "%Y-%m-%d")
        clock = datetime.strptime(typed.get("uhr", "") or "00:00", "%H:%M").time()
    except ValueError as problem:
        raise Refused(_("Geben Sie Tag und Uhrzeit so an: 24.12.2026, 18:30.")) from problem
    if product.kind != "ride":
        clock = time(12) if product.kind == "day" else time(0)
    if not 2000 < day.year < 2200:
        raise Refused(_("Wählen Sie einen Beginn von heute an, höchstens 60 Tage im Voraus."))
    return timezone.make_aware(datetime.combine(day.date(), clock))


def _price(rules: Tariff, product: Product, zones: int) -> int:
    return plain(rules, product, zones, None, fares.cents_of(product, zones))
