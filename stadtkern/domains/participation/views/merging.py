"""Two contributions become one: proposed, agreed to by the authors, and what each supporter wants."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import actor_of, signed_in

from .. import actions
from ..alike import similar
from ..models import Consent, Contribution, Merging, Process
from .common import contribution_of


@signed_in
@never_cache
def propose(request: HttpRequest, key: str, reference: str) -> HttpResponse:
    """Which other contribution this one should go into: similar ones to choose from, or its number."""
    row = contribution_of(request, key, reference)
    actor, process = actor_of(request), row.process
    staff = process is not None and Process.objects.run_by(actor).filter(pk=process.pk).exists()
    if process is None or not (staff or (actor.account is not None and row.account_id == actor.account.pk)):
        raise Http404
    wrong, number = "", request.POST.get("ziel", "").replace("\x00", "").strip().upper()[:20]
    if request.method == "POST":
        rows = Contribution.objects.visible_to(actor).filter(process=process).defer("search")
        target = rows.filter(reference=number).first() if number else None
        try:
            if target is None:
                raise actions.Refused(
                    _("Diese Nummer gibt es in diesem Verfahren nicht. Sie steht auf der Seite des Beitrags.")
                )
            made = actions.propose_merging(actor, row, target, request.POST.get("grund", ""))
            messages.success(request, _("Wir haben gefragt. Es geschieht nur, wenn alle zustimmen."))
            return (
                redirect("participation:merging", made.pk)
                if _role(request, made)
                else redirect("participation:contribution", key, reference)
            )
        except actions.Refused as refused:
            wrong = str(refused)
    found = [entry for entry in similar(row.title, row.text, process, most=8) if entry[0].pk != row.pk]
    context = {"process": process, "contribution": row, "alike": found, "wrong": wrong, "number": number}
    return render(request, "participation/opinion/propose.html", context, status=422 if wrong else 200)


def _role(request: HttpRequest, merging: Merging) -> Consent | None:
    actor = actor_of(request)
    if actor.account is None or actor.mandate:
        return None
    rows = Consent.objects.filter(merging=merging, account=actor.account)
    wanted = Consent.Role.SUPPORTER if merging.state == Merging.State.DONE else Consent.Role.AUTHOR
    return rows.filter(role=wanted).first() or rows.first()


@signed_in
@never_cache
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Both texts side by side, and the question; only for those who are asked."""
    row = get_object_or_404(Merging.objects.select_related("source__process", "target__process"), pk=pk)
    consent = _role(request, row)
    if consent is None:
        raise Http404
    if request.method == "POST" and request.POST.get("antwort") in ("ja", "nein"):
        try:
            actions.answer_merging(actor_of(request), row, request.POST["antwort"] == "ja", consent.role)
            messages.success(request, _("Danke, Ihre Antwort ist gespeichert."))
        except actions.Refused as refused:
            messages.warning(request, str(refused))
        return redirect("participation:merging", row.pk)
    context = {"merging": row, "consent": consent, "process": row.source.process}
    return render(request, "participation/opinion/merging.html", context)
