"""For the customer desk: rides that are over and not billed, with what the provider is to be asked."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.privacy.actions import note_owned
from stadtkern.kernel.registers.blocks import blocked_accounts
from stadtkern.ui.words import euro

from ..actions import ride_claims
from ..actions.counts import Refused
from ..actions.ride_bills import GIVEN_UP
from ..models import Ride, RideQuerySet
from ..tickets.control import inspectors

PAGE = 50


@dataclass(frozen=True)
class Row:
    """One ride, without the name of who rode: the provider knows it by its number alone."""

    ride: Ride
    word: str
    level: str
    until: datetime | None  # then it is charged to nobody


def unclear() -> RideQuerySet:
    """What this desk sees: where people with a block on information ride, nobody sees."""
    return Ride.objects.unclear(timezone.now()).exclude(account__in=blocked_accounts())


def _row(ride: Ride) -> Row:
    until = ride.ended_at + GIVEN_UP if ride.ended_at and ride.state == Ride.State.ENDED else None
    if until is None:
        return Row(ride, _("Frist ist um, es wird nichts berechnet"), "danger", None)
    return Row(ride, _("Rechnung fehlt") if ride.held_cents is None else _("Rechnung über 500 Euro"), "warning", until)


@inspectors
@never_cache
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The oldest first."""
    rows = list(unclear()[:PAGE])
    note_owned(actor_of(request), rows, source="sharing", fields=("ride",), purpose="sharing")
    return render(request, "mobility/sharing/unclear.html", {"rows": [_row(ride) for ride in rows]})


@inspectors
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask again, take the bill as confirmed, or charge nothing."""
    actor, verb = actor_of(request), request.POST.get("tun", "")
    if not unclear().filter(pk=min(pk, 2**63 - 1)).exists():
        raise Http404
    try:
        if verb == "erlassen":
            ride_claims.waive(actor, pk)
            messages.info(request, _("Erledigt. Die Fahrt kostet nichts."))
        elif verb == "annehmen":
            cents = request.POST.get("betrag", "")
            _say(request, ride_claims.accept(actor, pk, int(cents) if cents.isascii() and cents.isdigit() else -1))
        elif verb == "fragen":
            _say(request, ride_claims.ask_again(actor, pk))
    except Ride.DoesNotExist:
        messages.info(request, _("Diese Fahrt ist schon erledigt."))
    except Refused as refused:
        messages.warning(request, str(refused))
    return redirect("mobility:rides_unclear")


def _say(request: HttpRequest, ride: Ride) -> None:
    if ride.state == Ride.State.BILLED:
        text = _("Abgerechnet: %(price)s. Wer gefahren ist, bekommt Post.") % {"price": euro(ride.cents or 0)}
        messages.success(request, text)
    else:
        messages.warning(request, _("Der Anbieter nennt noch keine Rechnung, die wir annehmen können. Rufen Sie ihn an."))
