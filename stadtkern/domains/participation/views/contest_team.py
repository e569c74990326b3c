"""Teams: the author's and the members' page, and the page a code leads to."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts import throttle
from stadtkern.kernel.accounts.access import Actor, actor_of, everyone, signed_in
from stadtkern.lib.ids import typed

from .. import actions
from ..actions.teaming import text_digest
from ..models import Contribution, Process, Team, TeamMember
from .common import pressed, process_of

DOOR = "participation.team"


@signed_in
@never_cache
def team(request: HttpRequest, key: str) -> HttpResponse:
    """The own draft with its team, and the teams one belongs to."""
    process, actor = process_of(request, key), actor_of(request)
    if code := typed(request.GET.get("code", "")):
        return redirect("participation:team_join", process.key, code)
    draft = actions.draft_of(Contribution.objects.all(), actor, process)
    own = Team.objects.filter(contribution=draft).prefetch_related("members__account").first() if draft else None
    context = {
        "process": process, "draft": draft, "own": own, "members": _members(own), "shared": _shared(actor, process),
        "link": request.build_absolute_uri(f"{own.code}/") if own else "", "allowed": bool(process.settings.get("teams")),
    }  # fmt: skip
    return render(request, "participation/contest/team.html", context)


def _members(own: Team | None) -> list[tuple[TeamMember, bool]]:
    if own is None:
        return []
    wanted = text_digest(own.contribution)
    return [(one, one.agreed_to == wanted) for one in own.members.all()]


def _shared(actor: Actor, process: Process) -> list[dict[str, Any]]:
    rows = TeamMember.objects.filter(account=actor.account, team__contribution__process=process)
    found = rows.select_related("team__contribution__category").order_by("-pk")
    made = []
    for one in found:
        digest = text_digest(one.team.contribution)
        made.append({"member": one, "row": one.team.contribution, "digest": digest, "agreed": one.agreed_to == digest})
    return made


@signed_in
@require_POST
def team_act(request: HttpRequest, key: str, what: str) -> HttpResponse:
    """The buttons of that page."""
    process, actor, post = process_of(request, key), actor_of(request), request.POST
    back = redirect("participation:team", process.key)
    if what in ("gruenden", "code"):
        draft = actions.draft_of(Contribution.objects.all(), actor, process)
        if draft is None:
            messages.warning(request, _("Speichern Sie Ihre Idee zuerst als Entwurf."))
            return redirect("participation:new", process.key)
        if what == "gruenden":
            return pressed(request, lambda: actions.found_team(actor, draft), "", back)
        own = get_object_or_404(Team, contribution=draft)
        said = _("Neuer Code. Der alte gilt nicht mehr.")
        return pressed(request, lambda: actions.renew_code(actor, own), said, back)
    number = post.get("mitglied", "")
    pk = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
    member = get_object_or_404(TeamMember, pk=pk, team__contribution__process=process)
    acts: dict[str, tuple[Any, str]] = {
        "zustimmen": (lambda: actions.agree(actor, member, post.get("text", "")), _("Danke. Sie stimmen diesem Text zu.")),
        "name": (lambda: actions.rename_member(actor, member, post.get("name", "")), _("Gespeichert.")),
        "verlassen": (lambda: actions.leave_team(actor, member), _("Erledigt. Die Person gehört nicht mehr zur Gruppe.")),
    }
    if what not in acts:
        raise Http404
    return pressed(request, acts[what][0], acts[what][1], back)


@everyone
@never_cache
def join(request: HttpRequest, key: str, code: str) -> HttpResponse:
    """What a code leads to: the idea in short, and the button to take part. Codes cannot be tried through."""
    process, actor = process_of(request, key), actor_of(request)
    if throttle.misses(request, DOOR) > throttle.MISSES:
        return render(request, "participation/contest/no_code.html", {"process": process, "many": True}, status=429)
    rows = Team.objects.select_related("contribution")
    found = rows.filter(code=typed(code), contribution__process=process, contribution__state="DRAFT").first()
    if found is None:
        throttle.miss(request, DOOR)
        return render(request, "participation/contest/no_code.html", {"process": process}, status=404)
    if actor.account is None:
        return redirect_to_login(request.path)
    if request.method == "POST":
        said = _("Sie gehören jetzt zur Gruppe. Lesen Sie den Text, und stimmen Sie ihm zu.")
        back = redirect("participation:team", process.key)
        return pressed(request, lambda: actions.join_team(actor, found, request.POST.get("name", "")), said, back)
    context = {"process": process, "row": found.contribution, "name": actor.account.name}
    return render(request, "participation/contest/join.html", context)
