"""The clerk's side of contributions: what is new, what readers complained about, appeals; one decision panel each."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.privacy import actions as privacy

from .. import actions
from ..models import Comment, Complaint, Contribution, Moderation, Process
from ..models.process import MOST_ID
from ..reasons import REASONS
from .common import clerk, contribution_of, number, page_of, pressed

MOST = 50
State = Contribution.State


@clerk
@never_cache
def desk(request: HttpRequest) -> HttpResponse:
    """What needs me now, and the processes of the office."""
    actor = actor_of(request)
    rows = Process.objects.run_by(actor).prefetch_related("phases").order_by("-pk")[:200]
    context = {"processes": rows, "waiting": waiting(request)}
    return render(request, "participation/core/desk.html", context)


def waiting(request: HttpRequest) -> dict[str, int]:
    """How many texts, complaints and appeals wait for this office."""
    mine = Process.objects.run_by(actor_of(request))
    return {
        "new": _new(mine).count(),
        "comments": Comment.objects.filter(state=Comment.State.SUBMITTED, contribution__process__in=mine).count(),
        "complaints": _complaints(mine).count(),
        "appeals": _appeals(mine).count(),
    }


def _new(mine: Any) -> Any:
    return Contribution.objects.filter(process__in=mine, state__in=[State.SUBMITTED, State.PUBLISHED], checked_at=None)


def _complaints(mine: Any) -> Any:
    about = Q(contribution__process__in=mine) | Q(comment__contribution__process__in=mine)
    return Complaint.objects.filter(about, done_at=None)


def _appeals(mine: Any) -> Any:
    about = Q(contribution__process__in=mine) | Q(comment__contribution__process__in=mine)
    return Moderation.objects.filter(about, appealed_at__isnull=False, answered_at=None)


@clerk
@never_cache
def queue(request: HttpRequest) -> HttpResponse:
    """Everything that waits, the oldest first; fifty of each."""
    mine, actor = Process.objects.run_by(actor_of(request)), actor_of(request)
    of_comment = ("comment__contribution__process", "contribution__process")
    new = list(_new(mine).select_related("process", "category").defer("search").order_by("submitted_at")[:MOST])
    comments = list(
        Comment.objects.filter(state=Comment.State.SUBMITTED, contribution__process__in=mine)
        .select_related("contribution__process")
        .order_by("pk")[:MOST]
    )
    complaints = list(_complaints(mine).select_related(*of_comment).order_by("at")[:MOST])
    appeals = list(_appeals(mine).select_related(*of_comment, "by").order_by("appealed_at")[:MOST])
    people = [row.account_id for row in (*new, *comments)]
    people += [(row.comment or row.contribution).account_id for row in (*complaints, *appeals)]
    privacy.note_accesses(
        actor=actor, accounts=people, cases=[row.case_id for row in new], purpose="participation",
        legal_basis=privacy.PUBLIC_TASK, source="participation", fields=("title", "text"),
    )  # fmt: skip
    context = {
        "new": new, "comments": comments, "complaints": [(row, REASONS.get(row.reason, "")) for row in complaints],
        "appeals": [(row, REASONS.get(row.reason, ""), bool(actor.staff and row.by_id == actor.staff.pk)) for row in appeals],
        "reasons": REASONS.items(),
    }  # fmt: skip
    return render(request, "participation/core/queue.html", context)


@clerk
@require_POST
def decide(request: HttpRequest, key: str, reference: str) -> HttpResponse:
    """Publish, reject, hide or show again; back to where one came from."""
    row, actor, post = contribution_of(request, key, reference), actor_of(request), request.POST
    reason, text = post.get("reason", ""), post.get("text", "")
    read = number(post.get("version"), 10**9) if post.get("version") else 0  # a page without a stamp has shown no version
    acts: dict[str, tuple[Any, str]] = {
        "publish": (lambda: actions.publish(actor, row, read), _("Veröffentlicht.")),
        "reject": (lambda: actions.reject(actor, row, reason, text, read), _("Abgelehnt. Die Person liest den Grund.")),
        "hide": (lambda: actions.hide(actor, row, reason, text, read), _("Ausgeblendet. Die Person liest den Grund.")),
        "restore": (lambda: actions.restore(actor, row, text), _("Wieder zu lesen.")),
    }
    try:
        return _done(request, acts, page_of(row))
    except actions.ChangedMeanwhile as changed:  # to the new text, whichever page this was pressed on
        messages.warning(request, str(changed))
        return page_of(row)


@clerk
@require_POST
def decide_comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Show or hide a comment."""
    actor, post = actor_of(request), request.POST
    mine = Comment.objects.filter(contribution__process__in=Process.objects.run_by(actor))
    found = get_object_or_404(mine.select_related("contribution__process"), pk=pk if pk <= MOST_ID else 0)
    acts: dict[str, tuple[Any, str]] = {
        "publish": (lambda: actions.show_comment(actor, found), _("Veröffentlicht.")),
        "hide": (
            lambda: actions.hide_comment(actor, found, post.get("reason", ""), post.get("text", "")),
            _("Ausgeblendet. Die Person liest den Grund."),
        ),
    }
    return _done(request, acts, page_of(found.contribution))


def _done(request: HttpRequest, acts: dict[str, tuple[Any, str]], page: HttpResponse) -> HttpResponse:
    wanted = request.POST.get("what", "")
    if wanted not in acts:
        raise Http404
    back = redirect("participation:queue") if request.POST.get("back") == "queue" else page
    try:
        return pressed(request, acts[wanted][0], acts[wanted][1], back)
    except (Contribution.DoesNotExist, Comment.DoesNotExist):
        raise Http404 from None


@clerk
@require_POST
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """The text a reader complained about stays."""
    actor = actor_of(request)
    row = get_object_or_404(_complaints(Process.objects.run_by(actor)), pk=pk if pk <= MOST_ID else 0)
    said = _("Erledigt. Der Text bleibt.")
    return pressed(request, lambda: actions.dismiss(actor, row), said, redirect("participation:queue"))


@clerk
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Another person answers an appeal."""
    actor, post = actor_of(request), request.POST
    row = get_object_or_404(_appeals(Process.objects.run_by(actor)), pk=pk if pk <= MOST_ID else 0)
    if post.get("upheld") not in ("ja", "nein"):
        raise Http404
    act = lambda: actions.answer_appeal(actor, row, post.get("upheld") == "ja", post.get("text", ""))  # noqa: E731
    return pressed(request, act, _("Beantwortet."), redirect("participation:queue"))


@clerk
@require_POST
def link(request: HttpRequest, key: str, reference: str) -> HttpResponse:
    """Say what became of it: the number of the other contribution, and how."""
    row, actor, post = contribution_of(request, key, reference), actor_of(request), request.POST
    number = post.get("target", "").replace("\x00", "").strip().upper()[:20]
    target = Contribution.objects.visible_to(actor).defer("search").filter(reference=number).first()

    def act() -> None:
        if target is None:
            raise actions.Refused(_("Einen Beitrag mit dieser Nummer gibt es nicht. Die Nummer steht auf seiner Seite."))
        actions.link(actor, row, target, post.get("kind", ""))

    try:
        return pressed(request, act, _("Verbunden. Wer dem Beitrag folgt, bekommt Post."), page_of(row))
    except Contribution.DoesNotExist:
        raise Http404 from None
