"""The juror's side: the invitation, the list of entries without names, one sheet each, the end."""

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts import throttle
from stadtkern.kernel.accounts.access import actor_of, everyone, signed_in
from stadtkern.lib.ids import typed
from stadtkern.lib.judging import Rules

from .. import actions, eligibility
from ..actions.judging import entries, partial_about, seat
from ..contests.explain import how
from ..contests.figures import judging_of, opened_sheets, todo
from ..models import Attachment, Conflict, Contribution, Judging, Juror, Process
from .common import pressed, process_of

DOOR = "participation.jury"
WHY = {
    Conflict.Kind.RELATIVE: gettext_lazy("Jemand aus meiner Familie oder meinem Haushalt hat sie eingereicht"),
    Conflict.Kind.EMPLOYER: gettext_lazy("Ich arbeite mit oder für die Person oder ihre Firma"),
    Conflict.Kind.TEAM: gettext_lazy("Ich habe selbst daran mitgearbeitet"),
    Conflict.Kind.OTHER: gettext_lazy("Ein anderer Grund"),
}


@everyone
@never_cache
def invitation(request: HttpRequest, key: str, code: str) -> HttpResponse:
    """Take the place; codes cannot be tried through."""
    process, actor = process_of(request, key), actor_of(request)
    if throttle.misses(request, DOOR) > throttle.MISSES:
        return render(request, "participation/contest/no_code.html", {"process": process, "many": True}, status=429)
    place = Juror.objects.filter(process=process, code=typed(code) or "-").first()
    if place is None:
        throttle.miss(request, DOOR)
        return render(request, "participation/contest/no_code.html", {"process": process}, status=404)
    if actor.account is None:
        return redirect_to_login(request.path)
    if request.method == "POST":
        said = _("Willkommen in der Jury.")
        try:
            actions.take_seat(actor, place)
        except actions.Refused as refused:
            context = {"process": process, "juror": place, "refused": str(refused)}
            return render(request, "participation/contest/invitation.html", context, status=409)
        return pressed(request, lambda: None, said, redirect("participation:jury", process.key))
    return render(request, "participation/contest/invitation.html", {"process": process, "juror": place})


def _seat(request: HttpRequest, process: Process) -> Juror:
    try:
        return seat(actor_of(request), process)
    except Juror.DoesNotExist:
        raise Http404 from None


@signed_in
@never_cache
def jury(request: HttpRequest, key: str) -> HttpResponse:
    """All entries, how far one is, and the end."""
    process = process_of(request, key)
    juror, judging = _seat(request, process), judging_of(process)
    rows = todo(juror)
    open_ones = [one for one in rows if not one["partial"] and one["sheet"] is None]
    context = {
        "process": process, "juror": juror, "judging": judging, "rows": rows, "left": len(open_ones),
        "done": len([one for one in rows if one["sheet"] and not one["partial"]]), 
        "next": open_ones[0]["row"] if open_ones else None,
        "of": len([one for one in rows if not one["partial"]]), "verdict": _may(request, process, judging, juror),
        "how": how(Rules.of(judging.rules)) if judging else [],
    }  # fmt: skip
    return render(request, "participation/contest/jury.html", context)


def _may(request: HttpRequest, process: Process, judging: Judging | None, juror: Juror) -> eligibility.Verdict:
    """Whether marks can be given now, and if not, why."""
    if judging is None:
        return eligibility.Verdict(False, _("Das Amt hat die Wertung noch nicht eröffnet."))
    if judging.closed_at:
        return eligibility.Verdict(False, _("Die Wertung ist abgeschlossen."))
    if juror.closed_at:
        return eligibility.Verdict(False, _("Sie haben Ihre Wertung abgeschlossen. Danke."))
    running = eligibility.current(process.phases.all())
    return eligibility.may(actor_of(request), running, "judge", process=process)


@signed_in
@never_cache
def sheet(request: HttpRequest, key: str, reference: str) -> HttpResponse:
    """One entry without names, the points and notes of this juror alone."""
    process, actor = process_of(request, key), actor_of(request)
    juror, judging = _seat(request, process), judging_of(process)
    row = get_object_or_404(entries(process).defer("search").select_related("process", "category"), reference=reference.upper())
    mine = juror.sheets.filter(contribution=row).first()
    shown: dict[str, Any] = {
        "points": mine.points if mine else {},
        "note": mine.note if mine else "",
        "version": mine.version if mine else 0,
    }
    wrong, status, refused = "", 200, ""
    if request.method == "POST":
        given = request.POST.get("_version", "")
        shown = {
            "points": request.POST,
            "note": request.POST.get("note", "")[:5000],
            "version": int(given) if given.isdigit() and len(given) < 9 else 0,
        }
        try:
            actions.score(actor, row, request.POST, shown["note"], shown["version"])
        except (Juror.DoesNotExist, Contribution.DoesNotExist):
            raise Http404 from None
        except actions.Refused as error:
            wrong, refused, status = error.field, str(error), 422 if error.field else 409
        else:
            return pressed(request, lambda: None, _("Gespeichert."), redirect("participation:jury", process.key))
    rules = Rules.of(judging.rules) if judging else None
    context = {
        "process": process, "juror": juror, "row": row, "rules": rules, "refused": refused, "wrong": wrong, **shown,
        "criteria": [(one, shown["points"].get(one.key, "")) for one in rules.criteria] if rules else [],
        "verdict": _may(request, process, judging, juror), "why": WHY.items(),
        "others": opened_sheets(judging, row) if judging else [],
        "conflict": Conflict.objects.filter(juror=juror, contribution=row).first(),
        "partial": row.pk in partial_about(juror),
        "pictures": list(Attachment.objects.filter(contribution=row).defer("data", "small")),
    }  # fmt: skip
    return render(request, "participation/contest/sheet.html", context, status=status)


@signed_in
@require_POST
def partial(request: HttpRequest, key: str, reference: str) -> HttpResponse:
    """I am partial about this one; or it was a mistake."""
    process, actor = process_of(request, key), actor_of(request)
    juror = _seat(request, process)
    row = get_object_or_404(Contribution.objects.filter(process=process).defer("search"), reference=reference.upper())
    back = redirect("participation:jury", process.key)
    if request.POST.get("doch"):
        found = get_object_or_404(Conflict, juror=juror, contribution=row)
        return pressed(request, lambda: actions.lift_conflict(actor, found), _("Zurückgenommen. Sie können werten."), back)
    said = _("Eingetragen. Diese Idee wird ohne Sie gewertet.")
    return pressed(request, lambda: actions.declare_conflict(actor, juror, row, request.POST.get("kind", "")), said, back)


@signed_in
@require_POST
def close(request: HttpRequest, key: str) -> HttpResponse:
    """All done; nothing changes any more."""
    process, actor = process_of(request, key), actor_of(request)
    _seat(request, process)
    said = _("Abgeschlossen. Danke für Ihre Arbeit. Die Wertungen der anderen sehen Sie, wenn alle fertig sind.")
    return pressed(request, lambda: actions.close_sheets(actor, process), said, redirect("participation:jury", process.key))
