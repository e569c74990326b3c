"""My rides: what I can do now, what I drove, what it cost. Every button is pressed once, however often it is clicked."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from stadtkern.kernel.accounts import throttle
from stadtkern.kernel.accounts.access import Actor, actor_of, signed_in
from stadtkern.kernel.payments.models import Payment, Receivable

from ..actions import rides, riding
from ..actions.counts import Refused
from ..models import UNSETTLED, Ride
from .telling import account, tell

MOST = 50
CLICKS = 20  # of one person in a minute


@signed_in
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Under way and to be paid on top, the rest below, newest first."""
    actor = actor_of(request)
    rows = list(Ride.objects.visible_to(actor)[:MOST])
    owed = _owed(rows)
    now = timezone.now()
    told = [(tell(row, now), owed.get(str(row))) for row in rows]
    todo = [one for one in told if one[0].ride.state in UNSETTLED or one[1]]
    context = {"todo": todo, "over": [one for one in told if one not in todo], "for_others": actor.company or actor.mandate}
    return render(request, "mobility/sharing/mine.html", context)


def _owed(rows: list[Ride]) -> dict[str, int]:
    """What is still open, by ride."""
    claims = Receivable.objects.filter(about__in=[str(row) for row in rows if row.cents], cancelled_at=None)
    return {claim.about: claim.open_cents for claim in claims if claim.open_cents}


@signed_in
@never_cache
@require_safe
def ride(request: HttpRequest, pk: int) -> HttpResponse:
    """One ride."""
    row = get_object_or_404(Ride.objects.visible_to(actor_of(request)), pk=min(pk, 2**63 - 1))
    payment = Payment.objects.of(str(row)).first() if row.cents else None
    context = {"told": tell(row, timezone.now()), "bill": account(row), "payment": payment}
    return render(request, "mobility/sharing/ride.html", context | {"owed": _owed([row]).get(str(row), 0)})


def _act(request: HttpRequest, pk: int, verb: Callable[[Actor, int], Ride]) -> HttpResponse:
    actor, number = actor_of(request), min(pk, 2**63 - 1)
    if throttle.count(f"ride:{actor.key}", 60) > CLICKS:
        messages.warning(request, _("Das waren viele Versuche. Warten Sie eine Minute."))
        return redirect("mobility:rides")
    try:
        verb(actor, number)
    except Ride.DoesNotExist:
        raise Http404 from None
    except Refused as refused:
        messages.warning(request, str(refused))
    return redirect("mobility:ride", number)


@signed_in
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it back before the ride."""
    return _act(request, pk, rides.cancel)


@signed_in
@require_POST
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin, or go on after a pause."""
    return _act(request, pk, riding.unlock)


@signed_in
@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Lock it and keep it."""
    return _act(request, pk, riding.pause)


@signed_in
@require_POST
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """End the ride."""
    return _act(request, pk, riding.finish)
