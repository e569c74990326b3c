"""One contribution: its text, where it came from, what became of it, what others say; and the buttons below it."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from stadtkern.kernel.accounts.access import actor_of, everyone
from stadtkern.kernel.accounts.models import DESK_ROLES
from stadtkern.kernel.registers.blocks import is_hidden

from .. import actions, eligibility, parts
from ..actions.stating import stays_inside
from ..contests.veil import names_wait
from ..debates import is_debate
from ..models import Attachment, Comment, Contribution, Follow, Moderation
from ..models.process import MOST_ID
from ..queries import supported_by, talk, ways
from ..reasons import REASONS
from ..templating import template
from .common import contribution_of, number, page_of, pressed, process_of, too_many

State = Contribution.State


@everyone
def show(request: HttpRequest, key: str, reference: str) -> HttpResponse:
    """The page everybody reads, with what the reader may do here."""
    process, row, actor = process_of(request, key), contribution_of(request, key, reference), actor_of(request)
    running = eligibility.current(process.phases.all())
    mine = Contribution.objects.of_author(actor).filter(pk=row.pk).exists()
    before, after = ways(actor, row)
    page = number(request.GET.get("seite"))
    conversation = talk(row, page)
    support = eligibility.may(actor, running, "support", process=process)
    moderates = _moderates(request, row)
    context = {
        "process": process, "kind": template(process.kind), "contribution": row, "mine": mine,
        "author": "" if is_hidden(row.account_id) or _nameless(row) else row.author_shown,
        "pictures": list(row.attachments.defer("data", "small")), "before": before, "after": after,
        "milestones": list(row.milestones.all()) if row.kind == Contribution.Kind.RESULT else [],
        "talk": conversation, "may_comment": _may_comment(request, row, running), "shows_support": "support" in _ever(process),
        "may_support": support, "supports": bool(supported_by(actor, [row])),
        "follows": bool(actor.account) and Follow.objects.filter(account=actor.account, contribution=row).exists(),
        "editable": mine and actions.editable(row) and bool(eligibility.may(actor, running, "contribute", process=process)),
        "decision": _decision(row) if mine or moderates else None, "moderates": moderates, "reasons": REASONS.items(),
        "inside": stays_inside(row), "stances": is_debate(process),
        "panels": [(name, made) for name, make in parts.CONTRIBUTION_PANELS if (made := make(request, row)) is not None],
        "reply": _reply(request, conversation.comments),
        **_pages(conversation.page, conversation.pages),
    }  # fmt: skip
    return render(request, "participation/core/contribution.html", context)


def _nameless(row: Contribution) -> bool:
    return row.kind != Contribution.Kind.RESULT and names_wait(row.process)


def _ever(process: Any) -> set[str]:
    return {word for phase in process.phases.all() for word in phase.allows}


def _moderates(request: HttpRequest, row: Contribution) -> bool:
    staff = actor_of(request).staff
    of_office = staff is not None and row.process is not None and staff.office_id == row.process.office_id
    return bool(of_office and staff and staff.role in DESK_ROLES)


def _may_comment(request: HttpRequest, row: Contribution, running: Any) -> eligibility.Verdict:
    if row.state not in (State.PUBLISHED, State.MERGED):
        return eligibility.Verdict(False, _("Diesen Beitrag kann man nicht kommentieren."))
    if _moderates(request, row):
        return eligibility.YES
    actor = actor_of(request)
    verdict = eligibility.may(actor, running, "comment", process=row.process)
    if verdict and actor.account is None:
        return eligibility.Verdict(False, _("Bitte melden Sie sich an, wenn Sie kommentieren möchten."), sign_in=True)
    return verdict


def _decision(row: Contribution) -> Moderation | None:
    """The last decision that took something away, for its author."""
    if row.state not in (State.REJECTED, State.HIDDEN):
        return None
    return Moderation.objects.filter(contribution=row, what__in=["REJECTED", "HIDDEN"]).order_by("-pk").first()


def _reply(request: HttpRequest, comments: list[Comment]) -> Comment | None:
    wanted = request.GET.get("antwort", "")
    return next((one for one in comments if str(one.pk) == wanted and one.state == Comment.State.PUBLISHED), None)


def _pages(page: int, pages: int) -> dict[str, str]:
    return {
        "newer": f"?seite={page - 1}#gespraech" if page > 1 else "",
        "older": f"?seite={page + 1}#gespraech" if page < pages else "",
        "shown": _("Seite %(page)s von %(pages)s") % {"page": page, "pages": pages} if pages > 1 else "",
    }


@require_POST
@everyone
def support(request: HttpRequest, key: str, reference: str) -> HttpResponse:
    """For it, or no longer."""
    row, actor = contribution_of(request, key, reference), actor_of(request)
    if request.POST.get("nicht"):
        return pressed(request, lambda: actions.unsupport(actor, row), _("Sie unterstützen das nicht mehr."), page_of(row))
    said = _("Danke. Sie unterstützen das jetzt und können es jederzeit zurücknehmen.")
    return pressed(request, lambda: actions.support(actor, row), said, page_of(row))


@require_POST
@everyone
def follow(request: HttpRequest, key: str, reference: str) -> HttpResponse:
    """Post about it, or no more."""
    row, actor = contribution_of(request, key, reference), actor_of(request)
    if request.POST.get("nicht"):
        return pressed(request, lambda: actions.unfollow(actor, row), _("Sie bekommen dazu keine Post mehr."), page_of(row))
    said = _("Wir schreiben Ihnen, wenn daraus etwas wird.")
    return pressed(request, lambda: actions.follow(actor, row), said, page_of(row))


@require_POST
@everyone
def comment(request: HttpRequest, key: str, reference: str) -> HttpResponse:
    """Say something; refused, the text stands in the form again."""
    row, actor = contribution_of(request, key, reference), actor_of(request)
    given = request.POST.get("parent", "")
    parent = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
    text, named = request.POST.get("text", ""), request.POST.get("named") == "1"
    try:
        if refused := too_many(request):
            raise actions.Refused(refused)
        made = actions.comment(actor, row, text, parent=parent, named=named, stance=request.POST.get("stance", ""))
    except Contribution.DoesNotExist:
        raise Http404 from None
    except actions.Refused as error:
        return _refused_comment(request, row, error, text)
    said = _("Ihr Kommentar wird noch geprüft.") if made.state == Comment.State.SUBMITTED else ""
    back = page_of(row)
    back["Location"] += f"#k{made.pk}"
    return pressed(request, lambda: None, said, back)


def _refused_comment(request: HttpRequest, row: Contribution, error: actions.Refused, text: str) -> HttpResponse:
    context = {
        "contribution": row,
        "process": row.process,
        "refused": str(error),
        "text": text[:5000],
        "sign_in": error.sign_in,
    }
    context["parent"] = request.POST.get("parent", "")[:20]
    context["stance"] = request.POST.get("stance", "")[:6]
    return render(request, "participation/core/comment_again.html", context, status=409)


def _comment_of(row: Contribution, pk: int) -> Comment:
    return get_object_or_404(Comment.objects.shown().filter(contribution=row), pk=pk if pk <= MOST_ID else 0)


@require_POST
@everyone
def withdraw_comment(request: HttpRequest, key: str, reference: str, pk: int) -> HttpResponse:
    """The author of a comment takes it back."""
    row, actor = contribution_of(request, key, reference), actor_of(request)
    found = _comment_of(row, pk)
    if actor.account is None or found.account_id != actor.account.pk:
        raise Http404
    return pressed(request, lambda: actions.withdraw_comment(actor, found), _("Ihr Kommentar ist gelöscht."), page_of(row))


@everyone
def complain(request: HttpRequest, key: str, reference: str) -> HttpResponse:
    """Something does not belong here: a reason, a few words, a moderator looks."""
    row = contribution_of(request, key, reference)
    wanted = request.GET.get("kommentar") or request.POST.get("kommentar") or ""
    thing: Contribution | Comment = row
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
        thing = _comment_of(row, int(wanted))
    context: dict[str, Any] = {"contribution": row, "process": row.process, "thing": thing, "reasons": REASONS.items()}
    context["comment"] = thing.pk if isinstance(thing, Comment) else ""
    if request.method != "POST":
        return render(request, "participation/core/complain.html", context)
    try:
        if refused := too_many(request):
            raise actions.Refused(refused)
        actions.complain(actor_of(request), thing, request.POST.get("reason", ""), request.POST.get("text", ""))
    except actions.Refused as error:
        return render(request, "participation/core/complain.html", {**context, "refused": str(error)}, status=422)
    said = _("Danke. Jemand aus der Stadt sieht sich das an.")
    return pressed(request, lambda: None, said, page_of(row))


@require_POST
@everyone
def appeal(request: HttpRequest, key: str, reference: str, pk: int) -> HttpResponse:
    """The author disagrees with a decision."""
    row = contribution_of(request, key, reference)
    made = get_object_or_404(Moderation, pk=pk if pk <= MOST_ID else 0, contribution=row)
    said = _("Ihr Widerspruch ist angekommen. Jemand anderes entscheidet; die Antwort kommt in Ihr Postfach.")
    return pressed(request, lambda: actions.appeal(actor_of(request), made, request.POST.get("text", "")), said, page_of(row))


@require_GET
@everyone
def picture(request: HttpRequest, key: uuid.UUID, size: str = "") -> HttpResponse:
    """A picture of a contribution this reader may read."""
    rows = Attachment.objects.exclude(contribution__kind=Contribution.Kind.REPORT)  # those have a door of their own
    row = get_object_or_404(rows.defer("data" if size else "small"), key=key)
    if not Contribution.objects.visible_to(actor_of(request)).filter(pk=row.contribution_id).exists():
        raise Http404
    response = HttpResponse(bytes(row.small if size else row.data), content_type=row.media_type)
    response["Cache-Control"] = "private, max-age=86400"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@everyone
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """From a case to its contribution, for everybody who may read that."""
    rows = Contribution.objects.visible_to(actor_of(request)).select_related("process")
    row = rows.filter(case__reference=reference.upper(), process__isnull=False).first()
    if row is None or row.process is None:
        raise Http404
    return redirect("participation:contribution", row.process.key, row.reference)
