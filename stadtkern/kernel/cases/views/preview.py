"""A look before use: what a register gave, and the person's yes or no. Nothing is in the application before the yes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import actor_of, everyone
from stadtkern.kernel.registers import actions as registers
from stadtkern.kernel.registers.evidence import EvidenceType, find
from stadtkern.ui import words

from .. import actions
from ..actions.prefill import waits_for_look
from ..models import Case
from .consent import page
from .reach import begun_on, go_on, own_case


@everyone
@never_cache
def preview(request: HttpRequest, reference: str) -> HttpResponse:
    """One fetched proof after the other; where there are several records, the person chooses."""
    case = own_case(request, reference)
    if not case.is_draft:
        return redirect("cases:track", case.reference)
    service = begun_on(case)
    if request.method == "POST":
        case, status = _decided(request, case)
        if status != 200:
            return _show(request, case, status)
    if waits_for_look(actor_of(request), case) is None:
        return go_on(request, case, service)
    return _show(request, case, 200) if request.method == "GET" else redirect("cases:preview", case.reference)


def _show(request: HttpRequest, case: Case, status: int) -> HttpResponse:
    service, proof = begun_on(case), waits_for_look(actor_of(request), case)
    if proof is None:
        return go_on(request, case, service)
    asked = find(proof.evidence)
    context = page(request, case, service) | {
        "proof": proof,
        "type": asked,
        "source": proof.provider or asked.short,
        "records": [_shown(asked, row) for row in registers.records_of(proof)],
        "unchosen": status != 200,
    }
    return render(request, "cases/preview.html", context, status=status)


def _shown(asked: EvidenceType, record: Mapping[str, Any]) -> dict[str, Any]:
    """One record: by its first fact people tell it from the others."""
    rows = [(str(field.label), told(field.kind, record[name])) for name, field in asked.fields.items() if name in record]
    return {"title": rows[0][1], "rows": rows}


def told(kind: str, value: Any) -> str:
    """A fact as people read it."""
    if value == "":
        return _("nicht eingetragen")
    if isinstance(value, bool):
        return _("ja") if value else _("nein")
    return words.day(date.fromisoformat(value)) if kind == "date" else str(value)


def _decided(request: HttpRequest, case: Case) -> tuple[Case, int]:
    """Yes to one record, or no; 422 where several are offered and none was chosen."""
    actor, number, chosen = actor_of(request), _number(request, "proof"), _number(request, "record")
    try:
        if request.POST.get("_use") != "yes":
            case = actions.drop_proof(actor, case, number)
            messages.info(request, _("Wir haben den Nachweis verworfen. Tragen Sie Ihre Angaben selbst ein."))
        elif chosen < 0:
            return case, 422
        else:
            case = actions.take_proof(actor, case, number, chosen)
    except actions.Refused as refused:
        messages.warning(request, str(refused))
    return case, 200


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 15 else -1
