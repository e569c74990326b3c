"""The data cockpit: consents, who looked, the report, how long things are kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import Actor, actor_of, signed_in
from stadtkern.kernel.city.models import Office

from . import actions
from .models import Access, Consent
from .purposes import PURPOSES, actor_words, field_words, purpose_words, source_words
from .report import compose

PAGE = 25


@dataclass(frozen=True)
class Look:
    """One look at the data, in plain words."""

    at: datetime
    who: str
    purpose: str
    legal_basis: str
    source: str
    fields: str


def looks(actor: Actor, accesses: Iterable[Access]) -> list[Look]:
    """Three queries for any number of lines: the accesses, and the offices behind them."""
    accesses = list(accesses)
    keys = {access.office for access in accesses if access.office}
    offices = dict(Office.objects.filter(key__in=keys).values_list("key", "title")) if keys else {}
    account_id = actor.account.pk if actor.account else 0
    return [
        Look(
            access.at,
            actor_words(access.actor, offices.get(access.office, ""), account_id),
            purpose_words(access.purpose),
            access.legal_basis,
            source_words(access.source),
            field_words(access.fields),
        )
        for access in accesses
    ]


def _before(request: HttpRequest) -> int | None:
    given = request.GET.get("before", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 18 else None


def _consents(actor: Actor, before: int | None = None, limit: int = PAGE) -> list[dict[str, Any]]:
    mine = Consent.objects.filter(account=actor.account, **({"pk__lt": before} if before else {}))
    return [
        {
            "consent": consent,
            "purpose": purpose_words(consent.purpose),
            "source": source_words(consent.evidence),
            "fields": field_words(consent.fields),
        }
        for consent in mine.order_by("-id")[:limit]
    ]


@signed_in
@never_cache
def overview(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "looks": looks(actor, Access.objects.about_person(actor, limit=5)),
        "consents": _consents(actor, limit=5),
        "purposes": PURPOSES.values(),
    }
    return render(request, "privacy/overview.html", context)


@signed_in
@never_cache
def accesses(request: HttpRequest) -> HttpResponse:
    """Who looked, page by page."""
    actor = actor_of(request)
    found = Access.objects.about_person(actor, before=_before(request), limit=PAGE + 1)
    older = f"?before={found[PAGE - 1].pk}" if len(found) > PAGE else ""
    newer = "?" if _before(request) else ""
    return render(request, "privacy/accesses.html", {"looks": looks(actor, found[:PAGE]), "older": older, "newer": newer})


@signed_in
@never_cache
def consents(request: HttpRequest) -> HttpResponse:
    found = _consents(actor_of(request), _before(request), PAGE + 1)
    older = f"?before={found[PAGE - 1]['consent'].pk}" if len(found) > PAGE else ""
    newer = "?" if _before(request) else ""
    return render(request, "privacy/consents.html", {"consents": found[:PAGE], "older": older, "newer": newer})


@signed_in
@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    actor = actor_of(request)
    consent = get_object_or_404(Consent, pk=number, account=actor.account)
    actions.revoke_consent(actor, consent)
    messages.info(request, _("Ihre Einwilligung ist widerrufen. Was bis dahin abgefragt wurde, bleibt gültig."))
    return redirect("privacy:consents")


@reauthentication_required  # type: ignore[untyped-decorator]
def _report(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    response = JsonResponse(compose(actor), json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="meine-daten-{timezone.localdate().isoformat()}.json"'
    return response


@signed_in
@never_cache
def report(request: HttpRequest) -> HttpResponseBase:
    """Everything we hold, as a file; asks once more who it is."""
    response: HttpResponseBase = _report(request)
    return response
