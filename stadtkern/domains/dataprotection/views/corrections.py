"""For the offices: what the data protection office asks them to correct."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import actor_of, staff
from stadtkern.kernel.accounts.models import DESK_ROLES
from stadtkern.kernel.privacy.actions import note_accesses

from .. import actions
from ..models import Correction
from .common import pressed

clerks = staff(*DESK_ROLES)


@clerks
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    """Open orders of the own office, the most urgent first; then the last that are done."""
    actor = actor_of(request)
    mine = Correction.objects.visible_to(actor).select_related("office", "done_by__account")
    waiting = list(mine.filter(done_at=None).order_by("due_date")[:100])
    done = list(mine.exclude(done_at=None).order_by("-done_at")[:20])
    note_accesses(
        actor=actor,
        accounts=[row.account_id for row in [*waiting, *done]],
        purpose="datenschutz_berichtigung",
        legal_basis="Art. 16 DSGVO",
        source="cases",
        fields=["answers"],
    )
    context = {"open": waiting, "done": done}
    return render(request, "dataprotection/corrections.html", context)


@clerks
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    if pk > 2**63 - 1:
        get_object_or_404(Correction.objects.none())
    row = get_object_or_404(Correction.objects.filter(office=actor.staff.office_id if actor.staff else None), pk=pk)
    act = lambda: actions.answer(actor, row.pk, request.POST.get("answer", ""))  # noqa: E731
    return pressed(request, act, _("Danke. Die Datenschutzstelle sieht Ihre Antwort."), "dataprotection:corrections")
