"""What petitions add to the page of their process and to their own."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.accounts.models import DESK_ROLES
from stadtkern.kernel.registers.blocks import hidden, is_hidden

from . import petitionforms, petitionrules
from .actions.petition_clock import outcome_words
from .actions.signing import signature_of
from .models import Contribution, Petition, Phase, Process, Signature

MOST_NAMES, MOST_SHOWN = 100, 20
State = Petition.State


def petitions_of_process(request: HttpRequest, process: Process, phase: Phase | None) -> dict[str, Any] | None:
    """Petitions one can sign now, the fullest first."""
    if not petitionforms.asks(process):
        return None
    rows = Petition.objects.filter(
        contribution__process=process, contribution__state=Contribution.State.PUBLISHED,
        state__in=(State.COLLECTING, State.REACHED), collect_until__gt=timezone.now(),
    ).select_related("contribution").defer("contribution__search")  # fmt: skip
    shown = sorted(rows.order_by("-pk")[:200], key=lambda row: -row.counted / row.needed)[:MOST_SHOWN]
    return {"rows": shown, "process": process, "law": process.settings.get("law", "")}


def petition_of_contribution(request: HttpRequest, row: Contribution) -> dict[str, Any] | None:
    """Number, clock, what happens next; who signed as far as they wanted to be named."""
    process, actor = row.process, actor_of(request)
    if row.kind != Contribution.Kind.PETITION or process is None:
        return None
    petition = Petition.objects.filter(pk=row.pk).select_related("contribution__process").first()
    runs_it = actor.staff is not None and actor.staff.office_id == process.office_id and actor.staff.role in DESK_ROLES
    context: dict[str, Any] = {
        "row": row,
        "process": process,
        "petition": petition,
        "details": row.details,
        "law": process.settings.get("law", ""),
        "representatives": [] if is_hidden(row.account_id) else [name for name, _at in _people(row)],
        "runs_it": runs_it,
        "reads_checks": runs_it or Contribution.objects.of_author(actor).filter(pk=row.pk).exists(),
    }
    if petition is not None and petition.state != State.INADMISSIBLE:
        named = Signature.objects.filter(petition=petition).exclude(name_shown="").annotate(veiled=hidden())
        context |= {
            "names": list(named.filter(veiled=False).order_by("-pk").values_list("name_shown", flat=True)[:MOST_NAMES]),
            "mine": signature_of(petition, actor), "missing": max(petition.needed - petition.counted, 0),
            "share": min(petition.counted, petition.needed), "outcome": outcome_words(petition),
            "percent": min(100, petition.counted * 100 // petition.needed) if petition.needed else 0,
        }  # fmt: skip
    return context


def _people(row: Contribution) -> list[tuple[str, str]]:
    return petitionrules.representatives_of(row.details)
