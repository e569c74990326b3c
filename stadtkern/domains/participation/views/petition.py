"""A petition is signed: what others will see is chosen first; taken back with one button."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import actor_of, everyone
from stadtkern.kernel.registers.blocks import is_hidden

from .. import actions, eligibility
from ..actions import signing
from ..models import Petition
from .common import contribution_of, page_of, pressed, process_of


@everyone
@never_cache
def sign(request: HttpRequest, key: str, reference: str) -> HttpResponse:
    """May I, what do others see, then the signature."""
    process, row, actor = process_of(request, key), contribution_of(request, key, reference), actor_of(request)
    petition = get_object_or_404(Petition.objects.exclude(state=Petition.State.INADMISSIBLE), pk=row.pk)
    verdict = eligibility.may(actor, eligibility.current(process.phases.all()), "sign", process=process)
    if verdict and (not petition.open or row.state != "PUBLISHED"):
        verdict = eligibility.Verdict(False, _("Die Zeit zum Unterschreiben ist vorbei."))
    if verdict and actor.mandate:
        verdict = eligibility.Verdict(False, _("Unterschreiben kann jede Person nur für sich selbst."))
    if not verdict:
        return render(request, "participation/core/cannot.html", {"process": process, "verdict": verdict}, status=403)
    if request.method != "POST":
        context = {
            "process": process, "row": row, "petition": petition, "mine": signing.signature_of(petition, actor),
            "hidden": bool(actor.account and is_hidden(actor.account.pk)),
        }  # fmt: skip
        return render(request, "participation/civic/sign.html", context)
    named, wants_post = request.POST.get("named") == "ja", request.POST.get("post") == "ja"
    said = _("Danke. Ihre Unterschrift zählt. Bis zum Ende der Frist können Sie sie zurücknehmen.")
    return pressed(request, lambda: actions.sign(actor, row, named=named, wants_post=wants_post), said, page_of(row))


@everyone
@require_POST
def unsign(request: HttpRequest, key: str, reference: str) -> HttpResponse:
    """No longer."""
    row, actor = contribution_of(request, key, reference), actor_of(request)
    get_object_or_404(Petition, pk=row.pk)
    return pressed(request, lambda: actions.unsign(actor, row), _("Ihre Unterschrift ist gelöscht."), page_of(row))
