"""The data cockpit: consents, who looked, the report, how long things are kept."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import Actor, actor_of, signed_in
from stadtkern.kernel.city.models import Office

from . import actions
from .models import Access, Consent
from .plain import looks, own_cases
from .protocol import protocol
from .purposes import PURPOSES, SUSPICION, field_words, purpose_words, source_words
from .report import MOST, compose

PAGE = 25


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
    own = f"account:{actor.account.pk}" if actor.account else ""
    others = [access for access in Access.objects.about_person(actor) if access.actor != own]
    context = {
        "groups": looks(actor, others[:5]),
        "consents": _consents(actor, limit=5),
        "purposes": PURPOSES.values(),
    }
    return render(request, "privacy/overview.html", context)


@dataclass(frozen=True)
class Wish:
    """What the address asks for; everything unreadable in it is as if it were not there."""

    office: str = ""
    case: int | None = None
    since: date | None = None
    until: date | None = None

    @classmethod
    def read(cls, query: QueryDict) -> "Wish":
        case, office = query.get("vorgang", ""), query.get("amt", "").replace("\x00", "")[:60]
        number = int(case) if case.isascii() and case.isdecimal() and len(case) < 18 else None
        return cls(office, number, _day(query.get("von", "")), _day(query.get("bis", "")))

    def query(self, **more: Any) -> str:
        parts = {"amt": self.office, "vorgang": self.case, "von": self.since, "bis": self.until, **more}
        return urlencode({name: value for name, value in parts.items() if value})

    def limits(self) -> dict[str, Any]:
        """For AccessQuerySet.about_person; days in local time, the last one included."""
        return {
            "office": self.office,
            "case": self.case,
            "since": _midnight(self.since) if self.since else None,
            "until": _midnight(self.until + timedelta(days=1)) if self.until else None,
        }


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return found if 2000 <= found.year < 3000 else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


@signed_in
@never_cache
def accesses(request: HttpRequest) -> HttpResponse:
    """Who looked, by day and case, page by page; the number of queries does not depend on the lines."""
    actor, wish = actor_of(request), Wish.read(request.GET)
    found = Access.objects.about_person(actor, before=_before(request), limit=PAGE + 1, **wish.limits())
    context = {
        "groups": looks(actor, found[:PAGE]),
        "wish": wish,
        "offices": list(Office.objects.order_by("title").values_list("key", "title")),
        "cases": sorted(own_cases(actor, None).items(), reverse=True),
        "filtered": wish != Wish(),
        "suspicion": next((url for ask in SUSPICION if (url := ask())), ""),
        "older": f"?{wish.query(before=found[PAGE - 1].pk)}" if len(found) > PAGE else "",
        "newer": f"?{wish.query()}" if _before(request) else "",
        "file": f"{reverse('privacy:accesses_file')}?{wish.query()}",
    }
    return render(request, "privacy/accesses.html", context)


@signed_in
@never_cache
def accesses_file(request: HttpRequest) -> HttpResponse:
    """The same lines as a file for other programs; see docs/access-log.md for what is assumed about its shape."""
    actor = actor_of(request)
    body = protocol(actor, Access.objects.about_person(actor, limit=MOST, **Wish.read(request.GET).limits()))
    response = JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="zugriffe-{timezone.localdate().isoformat()}.json"'
    return response


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
