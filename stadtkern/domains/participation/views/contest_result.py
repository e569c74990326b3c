"""The published outcome for everybody; certificate and prize money for those who took part."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import actor_of, everyone, signed_in
from stadtkern.kernel.payments.actions import disbursement_of, disbursement_state

from .. import actions
from ..contests.figures import judging_of, jurors_of, outcome_of, prizes_of
from ..models import Contribution, Prize
from ..models.process import MOST_ID
from .common import contribution_of, page_of, pressed, process_of


@everyone
def outcome(request: HttpRequest, key: str) -> HttpResponse:
    """Ranking, prizes, reasons, the rule and the lot."""
    process = process_of(request, key)
    judging = judging_of(process)
    if judging is None or judging.published_at is None:
        raise Http404
    context = {"process": process, "judging": judging, "prizes": prizes_of(process), **outcome_of(process, judging)}
    context["jurors"] = [one for one in jurors_of(process) if one.name]
    return render(request, "participation/contest/outcome.html", context)


@signed_in
@require_POST
def certificate(request: HttpRequest, key: str, reference: str) -> HttpResponse:
    """Issue the paper (once) and open it."""
    row = contribution_of(request, key, reference)
    try:
        paper = actions.issue_certificate(actor_of(request), row)
    except Contribution.DoesNotExist:
        raise Http404 from None
    except actions.Refused as refused:
        messages.warning(request, str(refused))
        return page_of(row)
    return redirect("documents:download", paper.number)


@signed_in
@never_cache
def prize(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """The winner names an account."""
    process, actor = process_of(request, key), actor_of(request)
    rows = Prize.objects.select_related("contribution").filter(process=process, decided_by__isnull=False, cents__gt=0)
    row = get_object_or_404(rows.filter(contribution__account=actor.account), pk=pk if pk <= MOST_ID else 0)
    judging, refused, status = judging_of(process), "", 200
    if judging is None or judging.published_at is None or actor.mandate:
        raise Http404
    if request.method == "POST":
        try:
            actions.claim_prize(actor, row, request.POST.get("holder", ""), request.POST.get("iban", ""))
        except actions.Refused as error:
            refused, status = str(error), 422
        else:
            said = _("Danke. Die Stadtkasse überweist mit ihrer nächsten Liste.")
            return pressed(request, lambda: None, said, redirect("participation:prize", process.key, row.pk))
    paid = disbursement_of(str(row))
    context = {
        "process": process, "prize": row, "paid": paid, "state": disbursement_state(paid) if paid else "", "refused": refused,
        "holder": request.POST.get("holder", actor.account.name if actor.account else "")[:70],
        "iban": request.POST.get("iban", "")[:60],
    }  # fmt: skip
    return render(request, "participation/contest/prize.html", context, status=status)
