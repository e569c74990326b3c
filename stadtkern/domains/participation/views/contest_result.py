"""The published outcome for everybody; certificate and prize money for those who took part."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import actor_of, everyone, signed_in
from stadtkern.kernel.payments.actions import disbursement_of, disbursement_state

from .. import actions
from ..actions import sharing_out
from ..actions.sharing_out import people_of, recipient_of
from ..contests.figures import judging_of, jurors_of, outcome_of, prizes_of
from ..models import Contribution, Prize, Process, Team, TeamMember
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
    row = get_object_or_404(rows, pk=pk if pk <= MOST_ID else 0)
    account = actor.account
    if row.contribution is None or account is None or account.pk not in people_of(row.contribution):
        raise Http404
    judging, refused, status = judging_of(process), "", 200
    if judging is None or judging.published_at is None or actor.mandate:
        raise Http404
    if request.method == "POST" and request.POST.get("wem"):
        return _whose(request, process, row)
    if request.method == "POST":
        try:
            actions.claim_prize(actor, row, request.POST.get("holder", ""), request.POST.get("iban", ""))
        except actions.Refused as error:
            refused, status = str(error), 422
        else:
            said = _("Danke. Die Stadtkasse überweist mit ihrer nächsten Liste.")
            return pressed(request, lambda: None, said, redirect("participation:prize", process.key, row.pk))
    paid, chosen = disbursement_of(str(row)), recipient_of(row.contribution)
    context = {
        "team": _team(row.contribution, account.pk), "mine": chosen == account.pk,
        "process": process, "prize": row, "paid": paid, "state": disbursement_state(paid) if paid else "", "refused": refused,
        "holder": request.POST.get("holder", actor.account.name if actor.account else "")[:70],
        "iban": request.POST.get("iban", "")[:60],
    }  # fmt: skip
    return render(request, "participation/contest/prize.html", context, status=status)


def _whose(request: HttpRequest, process: Process, row: Prize) -> HttpResponse:
    """One of the team is named, or agreed to."""
    given = request.POST["wem"]
    wanted = int(given) if given.isascii() and given.isdigit() and len(given) < 18 else 0
    contribution = row.contribution
    assert contribution is not None
    act = sharing_out.agree_recipient if request.POST.get("was") == "zustimmen" else sharing_out.name_recipient
    back = redirect("participation:prize", process.key, row.pk)
    return pressed(request, lambda: act(actor_of(request), contribution, wanted), _("Gespeichert."), back)


def _team(row: Contribution, mine: int) -> dict[str, Any]:
    """Who is asked, who has agreed; empty without a team."""
    team = Team.objects.filter(contribution=row).first()
    members = list(TeamMember.objects.filter(team=team, account__isnull=False).select_related("account")) if team else []
    if team is None or not members:
        return {}
    people = [(one.account_id, one.name_shown or (one.account.name if one.account else "")) for one in members]
    if row.account_id is not None:
        people.insert(0, (row.account_id, row.author_shown or _("Wer die Idee eingereicht hat")))
    own = next((one for one in members if one.account_id == mine), None)
    return {
        "people": people, "wanted": team.recipient_id, "name": dict(people).get(team.recipient_id, ""),
        "names": row.account_id in (mine, None), "asks": own is not None and own.pays_to_id != team.recipient_id,
        "waits": sum(one.pays_to_id != team.recipient_id for one in members),
    }  # fmt: skip
