"""What there is to do for one request: prepared for the officer, each with one button."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.privacy import erasure
from stadtkern.kernel.privacy.actions import note_accesses
from stadtkern.kernel.privacy.models import Restriction

from .. import actions
from ..actions import erasing
from ..actions import requests as fulfilling
from ..fulfil import where
from ..models import Breach, Correction
from .common import officer, pressed


def case_of(request: HttpRequest, reference: str) -> Case:
    """A case on the desk of the data protection office; everything else is 404."""
    staff = actor_of(request).staff
    assert staff is not None
    rows = Case.objects.of_office(staff).select_related("edition", "account__person", "office").defer("edition__files")
    case = rows.filter(reference=reference, service__startswith="datenschutz_").first()
    if case is None:
        raise Http404
    return case


@officer
def request_page(request: HttpRequest, reference: str) -> HttpResponse:
    """By kind of right: where the value stands, what would go and stay, what rests, the entry in the register."""
    case = case_of(request, reference)
    cases.look(actor_of(request), case, case.begun_on)
    if case.service == "datenschutz_berichtigung" and case.account:
        note_accesses(
            actor=actor_of(request),
            accounts=[case.account_id],
            cases=[case.pk],
            purpose=case.service,
            legal_basis="Art. 16 DSGVO",
            source="report",
            fields=["answers", "documents", "messages"],
            about=str(case),
        )
    return render(request, "dataprotection/request.html", _context(case))


def _context(case: Case) -> dict[str, Any]:
    context: dict[str, Any] = {
        "case": case,
        "kind": case.service.removeprefix("datenschutz_"),
        "granted": fulfilling.granted(case),
    }
    if context["kind"] == "berichtigung" and case.account:
        found = where.places(case.account, str(case.answers.get("old") or ""), case.reference)
        asked = list(Correction.objects.filter(about=str(case)).select_related("office", "done_by__account"))
        own = case.office.key if case.office else ""
        holding = dict.fromkeys(place.office for place in found if place.office and place.office != own)
        context |= {
            "places": found,
            "asked": asked,
            "offices": Office.objects.filter(authority="city").exclude(pk__in=[row.office_id for row in asked]),
            "first_office": next(iter(holding), ""),
            "order": _order(case),
        }
    if context["kind"] == "loeschung":
        context["certificate"] = erasing.certificate(case)
        if case.account and not context["certificate"]:
            context |= {
                "plan": erasure.preview(case.account), "read": erasing.letter_read(case), "others": erasing.open_cases(case),
                "whole": case.answers.get("scope") == "all",
            }  # fmt: skip
    if context["kind"] in ("einschraenkung", "widerspruch") and case.account_id:
        context["restrictions"] = Restriction.objects.filter(about=str(case))
    if context["kind"] in ("verdacht_melden", "panne_melden"):
        context["breach"] = Breach.objects.filter(source=str(case)).first()
    return context


def _order(case: Case) -> str:
    said = case.answers
    return _(
        "Bitte berichtigen Sie: %(what)s.\nJetzt: %(old)s\nRichtig: %(new)s\n"
        "Sagen Sie es auch denen weiter, die es von Ihnen haben (Art. 19 DSGVO)."
    ) % {name: said.get(name) or "…" for name in ("what", "old", "new")}


@officer
@require_POST
def ask_office(request: HttpRequest, reference: str) -> HttpResponse:
    case = case_of(request, reference)
    office = get_object_or_404(Office, key=request.POST.get("office", "").replace("\x00", "")[:100])
    act = lambda: actions.ask_office(actor_of(request), case, office, request.POST.get("what", ""))  # noqa: E731
    return pressed(request, act, _("Das Amt hat den Auftrag."), "dataprotection:request", case.reference)


@officer
@require_POST
def erase(request: HttpRequest, reference: str) -> HttpResponse:
    case = case_of(request, reference)
    post = request.POST
    act = lambda: erasing.erase(actor_of(request), case, post.get("confirmed", "")[:60], by_post="by_post" in post)  # noqa: E731
    return pressed(request, act, _("Gelöscht. Die Bescheinigung steht unten."), "dataprotection:request", case.reference)


@officer
@require_POST
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    if pk > 2**63 - 1:
        raise Http404
    row = get_object_or_404(Restriction, pk=pk)
    try:
        fulfilling.lift(actor_of(request), row.pk, request.POST.get("because", ""))
        messages.success(request, _("Die Person hat den Grund im Postfach, die Einschränkung ist aufgehoben."))
    except actions.Refused as refused:
        messages.warning(request, str(refused))
    return redirect("dataprotection:desk")


@officer
@require_POST
def to_breach(request: HttpRequest, reference: str) -> HttpResponse:
    """One click: the report becomes an entry of the register; the clock starts when the report came in."""
    case = case_of(request, reference)
    if case.service not in ("datenschutz_verdacht_melden", "datenschutz_panne_melden") or case.submitted_at is None:
        raise Http404
    said = case.answers
    kinds = sorted({str(value) for path, value in said.items() if path.startswith("kinds[")})
    try:
        row, _fresh = actions.from_occasion(
            actor_of(request), str(case), title=_title(str(said.get("what") or "")), happened=str(said.get("what") or ""),
            noticed_at=case.submitted_at, kinds=kinds, data=str(said.get("data") or ""), persons=said.get("persons"),
            measures=str(said.get("measures") or ""), processor=str(said.get("company/name") or "")[:200],
        )  # fmt: skip
    except actions.Refused as refused:
        messages.warning(request, str(refused))
        return redirect(reverse("dataprotection:request", args=[case.reference]))
    return redirect("dataprotection:breach", row.pk)


def _title(what: str) -> str:
    first = " ".join(what.split())
    return first if len(first) <= 80 else first[:79] + "…"
