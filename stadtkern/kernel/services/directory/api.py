"""The directory for programs: search, list, one entry with who is responsible for it. Public data, no sign-in."""

from itertools import islice
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.urls import reverse
from ninja import Path, Query, Router, Schema
from ninja.errors import HttpError

from . import books, general, offer, search
from .entry import Entry
from .responsibility import responsible, responsible_office

router = Router(tags=["directory"])
MOST = 200
Key = Annotated[str, Path(max_length=40)]


class EntryOut(Schema):
    """One line of the directory."""

    key: str  # LeiKa key (14 digits), OZG id (5 digits), or "<OZG id>-<nn>"
    kind: Literal["ozg", "leika"]
    title: str  # as in the federal list
    ozg: str  # OZG id, or empty
    leika_type: str  # 1 · 2 · 3 · 2/3 · 4 · 5 · 6, or empty
    situation: str  # key of the Lage
    field: str  # key of the Themenfeld
    audiences: list[str]
    offer: Literal["online", "general", "elsewhere"]  # own service · general application · somebody else is responsible
    services: list[str]  # keys of the city's services for it


class EntryPage(Schema):
    """A page of entries in the order of the directory; `after` of the next page, or null."""

    items: list[EntryOut]
    next: str | None


class HitOut(Schema):
    """A hit of the search: a service of the city or an entry."""

    kind: Literal["service", "ozg", "leika"]
    key: str
    title: str
    text: str
    label: str  # how it can be done, in words
    url: str  # path of its page
    score: float  # compares within one answer only


class EntryDetail(EntryOut):
    """One entry and who is responsible."""

    words: list[str]  # everyday names
    offices: list[str]  # keys of the city's offices; several where the district decides
    office: str | None  # the one for `place`
    body: str  # who executes it, where the city does not
    body_level: str  # city · district · state · federal · self
    application: str | None  # key of the service an application begins with, where there is one for `place`
    url: str


class SituationOut(Schema):
    """A Lebenslage or Geschäftslage."""

    key: str
    title: str
    field: str
    business: bool
    count: int  # OZG-Leistungen


@router.get("/directory", response=EntryPage, auth=None, url_name="directory")
def list_entries(
    request: HttpRequest,
    situation: Annotated[str, Query(max_length=40, description="key of a Lage")] = "",
    kind: Annotated[Literal["", "ozg", "leika"], Query()] = "",
    ozg: Annotated[str, Query(max_length=5, description="entries of one OZG-Leistung")] = "",
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    after: Annotated[str, Query(max_length=40)] = "",
) -> dict[str, Any]:
    """The whole directory, page by page; an unknown `after` begins at the start."""
    found: list[Entry] = []
    for entry in islice(books.entries().values(), books.place_of(after), None):
        if (situation, kind, ozg) != (situation and entry.situation.key, kind and entry.kind, ozg and entry.ozg):
            continue
        found.append(entry)
        if len(found) > limit:
            break
    more = found[limit - 1].key if len(found) > limit else None
    services = offer.services_now()
    return {"items": [out(entry, services) for entry in found[:limit]], "next": more}


@router.get("/directory/search", response=list[HitOut], auth=None, url_name="directory_search")
def search_directory(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=200, description="everyday words")],
    audience: Annotated[Literal["", "citizens", "companies", "tourists", "staff"], Query()] = "",
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> list[dict[str, Any]]:
    """Services and entries for these words, best first, in the language of the request."""
    hits = []
    for found in search.find(q.replace("\0", " "), audience, limit):
        line = offer.line_of(found)
        kind = found.entry.kind if found.entry else "service"
        said = {"title": line.title, "text": line.text, "label": line.label, "url": line.url}
        hits.append({"kind": kind, "key": found.key, **said, "score": round(found.score, 3)})
    return hits


@router.get("/directory/situations", response=list[SituationOut], auth=None, url_name="directory_situations")
def list_situations(request: HttpRequest) -> list[dict[str, Any]]:
    """The Lebenslagen and Geschäftslagen with the number of OZG-Leistungen in each."""
    found = []
    for business in (False, True):
        for field, places in books.shelves(business=business):
            for place, count in places:
                one = {"key": place.key, "title": place.title, "field": field.key, "business": business, "count": count}
                found.append(one)
    return found


@router.get("/directory/{key}", response=EntryDetail, auth=None, url_name="directory_entry")
def get_entry(
    request: HttpRequest,
    key: Key,
    place: Annotated[str, Query(max_length=200, description="street and number, postcode or district")] = "",
) -> dict[str, Any]:
    """One entry; with `place` the office there, where the district decides."""
    entry = books.entries().get(key)
    if entry is None:
        raise HttpError(404, "There is no entry with this key.")
    found = responsible(entry)
    office = responsible_office(entry, place)
    way = offer.offer(entry)
    application = general.key_of(entry, office if len(found.offices) > 1 else "") if office else None
    return {
        **out(entry),
        "words": list(entry.words),
        "offices": list(found.offices),
        "office": office,
        "body": found.body.title,
        "body_level": found.body.level,
        "application": way.services[0].key if len(way.services) == 1 and entry.kind == "leika" else application,
        "url": reverse("services:entry", args=[entry.key]),
    }


def out(entry: Entry, services: offer.Services | None = None) -> dict[str, Any]:
    """One line of the directory."""
    way = offer.offer(entry, services)
    return {
        "key": entry.key,
        "kind": entry.kind,
        "title": entry.title,
        "ozg": entry.ozg,
        "leika_type": entry.type,
        "situation": entry.situation.key,
        "field": entry.situation.field,
        "audiences": list(entry.audiences),
        "offer": way.kind,
        "services": [service.key for service in way.services],
    }
