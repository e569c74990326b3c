"""The public search for a plate with wildcards, and the way to keep one while the application is filled in."""

from collections.abc import Iterator
from itertools import islice
from random import Random

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import actor_of, everyone, signed_in
from stadtkern.kernel.registers.models import Vehicle
from stadtkern.lib.plate_choice import Wish, candidates, parse

from ..actions.plates import Refused, give_up, hold
from ..models import Plate
from . import SERVICE
from .table import table

SHOWN = 12


@everyone
@never_cache
def search(request: HttpRequest) -> HttpResponse:
    """Free plates that fit the wish; a plate that is not shown is said to be taken, never by whom."""
    found = table()
    if found is None:
        raise Http404
    words = request.GET.get("q", "").replace("\x00", "").strip()[:20]
    wish = parse(words, found.rules.codes)
    free = list(islice(_free(wish), SHOWN)) if wish else []
    actor = actor_of(request)
    mine = Plate.objects.filter(account=actor.account, status="HELD", until__gt=timezone.now()) if actor.account else ()
    context = {
        "words": words, "wrong": wish is None, "free": free, "mine": list(mine), "code": found.rules.codes[0],
        "minutes": found.hold_minutes, "days": found.reserve_days, "service": SERVICE,
    }  # fmt: skip
    return render(request, "mobility/plates.html", context, status=422 if wish is None else 200)


@signed_in
def keep(request: HttpRequest) -> HttpResponse:
    """Held for this person."""
    if request.method == "POST":
        try:
            row = hold(actor_of(request), request.POST.get("kennzeichen", "").replace("\x00", ""))
            messages.success(request, _("%(plate)s ist für Sie festgehalten.") % {"plate": row.plate})
        except Refused as refused:
            messages.warning(request, str(refused))
    return redirect("mobility:plates")


@signed_in
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Others may have it."""
    row = get_object_or_404(Plate, pk=pk, account=actor_of(request).account)
    if request.method == "POST":
        give_up(actor_of(request), row)
    return redirect("mobility:plates")


def _free(wish: Wish) -> Iterator[str]:
    found = table()
    assert found is not None
    several = candidates(wish, found.rules, Random(), 4000)  # noqa: S311 - a choice, no secret
    while batch := list(islice(several, 50)):
        taken = set(Vehicle.objects.filter(plate__in=batch).values_list("plate", flat=True))
        taken |= set(Plate.objects.live().filter(plate__in=batch, until__gt=timezone.now()).values_list("plate", flat=True))
        taken |= set(Plate.objects.filter(status="ASSIGNED", plate__in=batch).values_list("plate", flat=True))
        yield from (plate for plate in batch if plate not in taken)
