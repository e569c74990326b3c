"""Points for taking part: what I have and why, what it is good for; the desk where a voucher is handed in."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts import throttle
from stadtkern.kernel.accounts.access import actor_of, everyone, signed_in

from ..actions import Refused, incentives
from ..incentives import REASONS, rules
from ..models import Occasion, PointsAccount, Voucher
from ..models.process import MOST_ID
from .common import clerk, number, pressed

LINES, TRIES, WINDOW = 200, 20, 900
SLOW = "points.code"


@everyone
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """What points are, and the own ledger for who collects them."""
    actor, known = actor_of(request), rules()
    own = actor.account is not None and not actor.mandate and not actor.company
    ledger = PointsAccount.objects.filter(account=actor.account).first() if own else None
    context: dict[str, Any] = {
        "rules": known, "ledger": ledger, "own": own,
        "sources": [(REASONS[source], points) for source, points in known.sources.items()],
    }  # fmt: skip
    if ledger is not None:
        balance = ledger.balance
        context |= {
            "balance": balance,
            "lines": [(line, REASONS[line.source]) for line in ledger.lines.all()[:LINES]],
            "offers": [(one, one.points <= balance, one.points - balance) for one in known.offers.values()],
            "vouchers": ledger.vouchers.all()[:50],
            "where": {one.key: one.where for one in known.offers.values()},
        }
    return render(request, "participation/points/mine.html", context)


@signed_in
@require_POST
def opt_in(request: HttpRequest) -> HttpResponse:
    """Yes."""
    said = _("Sie sammeln jetzt Punkte, ab heute. Aufhören können Sie jederzeit.")
    return pressed(request, lambda: incentives.opt_in(actor_of(request)), said, redirect("participation:points"))


@signed_in
@require_POST
def opt_out(request: HttpRequest) -> HttpResponse:
    """No longer; everything is deleted. Asked once more by the box on the page."""
    actor = actor_of(request)

    def act() -> None:
        if request.POST.get("sicher") != "ja":
            raise Refused(_("Bitte kreuzen Sie an, dass Punkte und offene Gutscheine gelöscht werden dürfen."))
        if actor.account is not None and not actor.mandate:
            incentives.opt_out(actor.account.pk, actor.key)

    return pressed(request, act, _("Gelöscht. Sie sammeln keine Punkte mehr."), redirect("participation:points"))


@signed_in
@require_POST
def redeem(request: HttpRequest) -> HttpResponse:
    """Points become a voucher."""
    offer, shown = request.POST.get("offer", ""), number(request.POST.get("points"), 10**6)
    said = _("Eingelöst. Zeigen Sie den Code am Schalter.")
    return pressed(request, lambda: incentives.redeem(actor_of(request), offer, shown), said, redirect("participation:points"))


@signed_in
@require_POST
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """A voucher becomes points again."""
    act = lambda: incentives.give_back(actor_of(request), pk if pk <= MOST_ID else 0)  # noqa: E731
    return pressed(request, act, _("Zurückgegeben. Die Punkte sind wieder da."), redirect("participation:points"))


@signed_in
@require_POST
def attend(request: HttpRequest) -> HttpResponse:
    """The code of a meeting."""
    actor, back = actor_of(request), redirect("participation:points")
    if throttle.misses(request, SLOW) >= TRIES:
        messages.warning(request, _("Das waren viele Versuche. Bitte warten Sie eine Viertelstunde."))
        return back
    try:
        line = incentives.attend(actor, request.POST.get("code", ""))
    except PointsAccount.DoesNotExist:
        raise Http404 from None
    except Refused as refused:
        throttle.miss(request, SLOW, WINDOW)
        messages.warning(request, str(refused))
        return back
    messages.success(request, _("Danke, dass Sie da waren: %s Punkte.") % line.points)
    return back


@clerk
@never_cache
def desk(request: HttpRequest) -> HttpResponse:
    """A voucher is looked up and handed in; meetings get their code."""
    actor, context = actor_of(request), dict[str, Any]()
    status = 200
    if request.method == "POST":
        try:
            if request.POST.get("was") == "veranstaltung":
                made = incentives.open_occasion(actor, request.POST)
                context = {"made": made}
            else:
                if throttle.misses(request, SLOW) >= TRIES:
                    raise Refused(_("Das waren viele Versuche. Bitte warten Sie eine Viertelstunde."))
                context = {"used": incentives.accept(actor, request.POST.get("code", ""))}
        except Refused as refused:
            if request.POST.get("was") != "veranstaltung":
                throttle.miss(request, SLOW, WINDOW)
            context, status = {"refused": str(refused), "values": request.POST}, 422
        except Voucher.DoesNotExist:
            raise Http404 from None
    office = actor.staff.office_id if actor.staff else 0
    context |= {"occasions": Occasion.objects.filter(office=office)[:50], "rules": rules()}
    return render(request, "participation/points/desk.html", context, status=status)
