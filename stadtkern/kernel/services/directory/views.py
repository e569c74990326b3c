"""The pages of the directory: a Lage, an entry."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from stadtkern.kernel.accounts.access import actor_of, everyone
from stadtkern.kernel.accounts.models import Role

from ..offices import hours_in_words, office
from ..views import shared
from . import books, offer
from .entry import Entry
from .responsibility import District, rules

SHOWN = 12  # entries of an OZG-Leistung before "all"


@everyone
@require_safe
@shared
def situation(request: HttpRequest, key: str) -> HttpResponse:
    """Everything in one Lebenslage or Geschäftslage."""
    place = books.situations().get(key)
    if place is None:
        raise Http404
    lines = offer.lines_in(place)
    field = books.fields()[place.field]
    context = {
        "place": place,
        "field": field,
        "lines": lines,
        "count": sum(len(part) for part in lines.values()),
        "others": [one for one in field.situations if one is not place],
    }
    return render(request, "services/situation.html", context)


@everyone
@require_safe
def entry(request: HttpRequest, key: str) -> HttpResponse:
    """One entry: what it is, who does it, how to begin; `?ort=` a street where the district decides."""
    found = books.entries().get(key)
    if found is None:
        raise Http404
    services = offer.services_now()
    way = offer.offer(found, services)
    place = " ".join(request.GET.get("ort", "").replace("\0", "").split())[:200]
    district = rules().district_of(place) if place else None
    chosen = _office_of(way, district)
    below = _in_order(books.bundles()[found.ozg]) if found.kind == "ozg" else []
    shown = SHOWN if len(below) > SHOWN + 3 else len(below)
    context: dict[str, Any] = {
        "entry": found,
        "title": offer.title_of(found),
        "teaser": offer.teaser_of(found),
        "everyday": offer.everyday(found),
        "offer": way,
        "bundle": books.entries().get(found.ozg) if found.kind == "leika" else None,
        "related": () if found.kind == "ozg" else offer.offer(books.entries()[found.ozg]).services if found.ozg else (),
        "quiet": "general" if way.responsibility.ours else way.kind,
        "first": [offer.line(one, services) for one in below[:shown]],
        "rest": [offer.line(one, services) for one in below[shown:]],
        "place": place,
        "district": district,
        "asks_place": way.kind == "general" and bool(way.responsibility.by_district) and not chosen,
        "by_district": bool(way.responsibility.by_district),
        "begin": offer.begin_url(found, chosen) if chosen and (way.kind == "general" or found.kind == "ozg") else "",
        "may_assist": _may_assist(request),
    }
    if desk := office(chosen) if chosen else None:
        context |= {"office": desk, "hours": hours_in_words(desk.hours)}
    return render(request, "services/entry.html", context)


def _in_order(entries: Iterable[Entry]) -> list[Entry]:
    """The things first, by name, then what can be done with them (LeiKa: the last six digits name the act)."""
    return sorted(entries, key=lambda one: (bool(one.leika) and not one.leika.endswith("000000"), one.name.casefold()))


def _office_of(way: offer.Offer, district: District | None) -> str:
    """Key of the one office for this reader; "" where nobody here is, or the district is not known."""
    if way.responsibility.by_district:
        return way.responsibility.by_district.get(district.key, "") if district else ""
    return way.responsibility.offices[0] if way.responsibility.offices else ""


def _may_assist(request: HttpRequest) -> bool:
    member = actor_of(request).staff
    return member is not None and member.role in (Role.CLERK, Role.LEAD)
