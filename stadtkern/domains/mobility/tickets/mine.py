"""Tickets of the account: the list, one ticket, and what can be done with it."""

import base64
import json
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from stadtkern.kernel.accounts import throttle
from stadtkern.kernel.accounts.access import actor_of, signed_in
from stadtkern.lib.uic import aztec

from ..actions import ticket_copies as copies
from ..actions import ticket_transfers as transfers
from ..actions import tickets as actions
from ..models import Order, Subscription, Ticket
from .cards import state_of
from .products import tariff
from .quoting import Refused, balance

MOST = 100


@signed_in
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """All of them, those that hold first."""
    actor, now = actor_of(request), timezone.now()
    rows = list(Ticket.objects.visible_to(actor).select_related("order").order_by("-pk")[:MOST])
    context = {
        "live": [(row, *state_of(row, now)) for row in rows if not row.over(now)],
        "over": [(row, *state_of(row, now)) for row in rows if row.over(now)][:20],
        "open": Order.objects.visible_to(actor).filter(status=Order.Status.OPEN).order_by("-pk")[:10],
        "abo": Subscription.objects.visible_to(actor).order_by("-pk").first(),
        "credit": balance(actor.account) if actor.account else 0, "for_others": bool(actor.company or actor.mandate),
    }  # fmt: skip
    return render(request, "mobility/tickets/mine.html", context)


@signed_in
@never_cache
@require_safe
def ticket(request: HttpRequest, pk: int) -> HttpResponse:
    """One ticket."""
    row, now = _mine(request, pk), timezone.now()
    word, level = state_of(row, now)
    context = {
        "ticket": row, "word": word, "level": level, "over": row.over(now), "not_back": actions.why_not_back(row.order, now),
        "copies": [copy for copy in row.copies.order_by("serial") if copy.ended_at is None], "tariff": tariff(),
        "shows": row.since is not None and not row.over(now), "reduction": tariff().reductions.get(row.reduction),
        "offered": row.transfers.filter(ended_at=None, expires_at__gt=now).exists(), "can_give": transfers.may(row, now),
    }  # fmt: skip
    return render(request, "mobility/tickets/ticket.html", context)


def _act(request: HttpRequest, pk: int, do: Callable[[Ticket], object], done: str) -> HttpResponse:
    row = _mine(request, pk)
    try:
        do(row)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        if done:
            messages.info(request, done)
    return redirect("mobility:ticket", row.pk)


@signed_in
@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """The ride begins now."""
    return _act(request, pk, lambda row: actions.begin(actor_of(request), row), "")


@signed_in
@require_POST
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the whole purchase."""
    text = _(
        "Der Kauf ist zurückgegeben. Das Geld kommt auf dem Weg zurück, auf dem Sie bezahlt haben; das dauert einige Tage."
    )
    return _act(request, pk, lambda row: actions.give_back(actor_of(request), row), text)


@signed_in
@require_POST
def lost(request: HttpRequest) -> HttpResponse:
    """The old phone shows nothing any more."""
    try:
        ended = copies.lost_phone(actor_of(request))
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        text = _("Das alte Handy ist gesperrt. Öffnen Sie „Zeigen“ auf dem neuen: Ihre Fahrscheine kommen von selbst.")
        messages.info(request, text if ended else _("Es gab nichts zu sperren: Ihre Fahrscheine liegen auf keinem Handy."))
    return redirect("mobility:my_tickets")


@signed_in
@never_cache
def code(request: HttpRequest, pk: int) -> HttpResponse:
    """The code of this moment, drawn by the server: works without JavaScript and asks for a new one every 30 seconds."""
    row = _mine(request, pk)
    try:
        shown = copies.by_server(actor_of(request), row)
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("mobility:ticket", row.pk)
    if request.GET.get("form") == "png":
        return HttpResponse(aztec.png(shown), content_type="image/png")
    response = render(request, "mobility/tickets/code.html", {"ticket": row, "code": aztec.svg(shown, _("Code zum Prüfen"))})
    response["Refresh"] = "30"
    return response


@signed_in
@never_cache
@require_POST
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """To be printed, with the name of whoever may use it."""
    row = _mine(request, pk)
    try:
        shown = copies.on_paper(actor_of(request), row)
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("mobility:ticket", row.pk)
    context = {"ticket": row, "code": aztec.svg(shown, _("Code zum Prüfen")), "name": copies.name_of(row)}
    return render(request, "mobility/tickets/paper.html", context)


@signed_in
@never_cache
@require_POST
def phone(request: HttpRequest) -> HttpResponse:
    """A phone hands in its public key and gets what it may show; JSON."""
    if throttle.count(f"ticket_phone:{actor_of(request).key}", 60) > 60:  # of one person: many phones share an address
        return JsonResponse({"problem": _("Zu viele Versuche. Warten Sie eine Minute.")}, status=429)
    try:
        told = json.loads(request.body[:2000])
        point = base64.b64decode(str(told["key"]), validate=True)
        here, elsewhere = copies.put_on_phone(actor_of(request), point)
    except Refused as refused:
        lost = isinstance(refused, copies.LostPhone)
        return JsonResponse({"problem": str(refused)}, status=410 if lost else 422)
    except (ValueError, KeyError, TypeError, RecursionError):
        return JsonResponse({"problem": _("Das war kein Schlüssel.")}, status=422)
    rules = tariff()
    return JsonResponse({
        "made": int(timezone.now().timestamp()),
        "tickets": [
            {
                "id": one.ticket.pk, "title": one.ticket.said_title, "number": one.ticket.number, "zones": one.ticket.zones,
                "reduction": said.said_title if (said := rules.reductions.get(one.ticket.reduction)) else "",
                "since": _seconds(one.ticket.since), "until": _seconds(one.ticket.until), "ends": _seconds(one.ends),
                "barcode": base64.b64encode(one.barcode).decode(),
            }
            for one in here
        ],
        "elsewhere": [one.said_title for one in elsewhere],
    })  # fmt: skip


def _seconds(moment: object) -> int:
    return int(moment.timestamp())  # type: ignore[attr-defined]


def _mine(request: HttpRequest, pk: int) -> Ticket:
    rows = Ticket.objects.visible_to(actor_of(request)).select_related("order")
    found: Ticket = get_object_or_404(rows, pk=min(pk, 2**63 - 1))
    return found
