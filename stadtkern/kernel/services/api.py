"""The catalogue for programs: what can be applied for, and which questions are asked. Public data, no sign-in."""

import json
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from ninja import Query, Router, Schema
from ninja.errors import HttpError

from stadtkern.lib.forms.export.tree import Keys
from stadtkern.lib.forms.json import to_dict

from . import catalogue, exports, search
from .directory.api import router as directory_router
from .modules.api import router as modules_router
from .service import AUDIENCES, LIFE_EVENTS, Service

router = Router(tags=["services"])
router.add_router("", modules_router)
router.add_router("", directory_router)
MOST = 200


class ServiceOut(Schema):
    """One line of the catalogue, in the language of the request (Accept-Language: de, en)."""

    key: str
    title: str
    teaser: str
    leika: str  # LeiKa key, 14 digits, or empty
    office: str  # key of the office
    audiences: list[str]
    life_events: list[str]
    online: Literal["full", "partly"]
    cost: str  # in words
    days: int  # until the decision, at most
    trust: int  # 0 none, 1 basic, 3 substantial, 4 high


class ServicePage(Schema):
    """A page of services in the order of their keys; `after` of the next page, or null."""

    items: list[ServiceOut]
    next: str | None


class ServiceDetail(ServiceOut):
    """Everything before the first question, and the questions."""

    description: str
    documents_needed: list[str]
    legal_basis: str
    fee: dict[str, int]  # the tariff of this city in cents
    automatic: str  # the paragraph that allows a decision without a person, or empty
    keep_years: int
    prefill: dict[str, str]  # path of an answer -> fact of a register
    digest: str  # of the edition an application begun now would be based on
    form: dict[str, Any]  # steps, groups, fields as in lib/forms


Key = Annotated[str, Query(max_length=100)]


@router.get("/services", response=ServicePage, auth=None, url_name="services")
def list_services(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=200, description="everyday words; best first, one page")] = "",
    audience: Annotated[str, Query(description=" · ".join(AUDIENCES))] = "",
    life_event: Annotated[str, Query(description=" · ".join(LIFE_EVENTS))] = "",
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    after: Key = "",
) -> dict[str, Any]:
    """All services people can apply for online, filtered or searched."""
    if q.strip():
        hits = [hit.service for hit in search.find(q, audience or None, limit)]
        return {"items": [out(one) for one in hits if not life_event or life_event in one.life_events], "next": None}
    found = sorted((one for one in catalogue.matching(audience, life_event) if one.key > after), key=lambda one: one.key)
    more = found[limit - 1].key if len(found) > limit else None
    return {"items": [out(one) for one in found[:limit]], "next": more}


@router.get("/services/{key}", response=ServiceDetail, auth=None, url_name="service")
def get_service(request: HttpRequest, key: str) -> dict[str, Any]:
    """One service with its form."""
    try:
        service = catalogue.find(key).in_language(get_language() or "de")
    except catalogue.UnknownService as error:
        raise HttpError(404, "There is no service with this key.") from error
    return {
        **out(service),
        "description": service.description,
        "documents_needed": list(service.documents_needed),
        "legal_basis": service.legal_basis,
        "fee": dict(service.fee),
        "automatic": service.decision.automatic,
        "keep_years": service.keep.years,
        "prefill": dict(service.prefill),
        "digest": service.digest,
        "form": to_dict(service.form),
    }


@router.get("/services/{key}/schema.json", response=dict[str, Any], auth=None, url_name="service_schema")
def get_schema(
    request: HttpRequest,
    key: str,
    style: Annotated[Keys | None, Query(description="names of properties; default: as this city has set it")] = None,
    edition: Annotated[str, Query(pattern="^([0-9a-f]{64})?$", description="digest of an edition; default: today's")] = "",
) -> HttpResponse:
    """The JSON Schema (2020-12) of the data of an application, by FITKO's mapping; rules and conditions are not part of it."""
    try:
        service = exports.as_published(key, edition)
    except catalogue.UnknownService as error:
        raise HttpError(404, "There is no service with this key, or no such edition of it.") from error
    response = HttpResponse(
        json.dumps(exports.json_schema(service, style), ensure_ascii=False), content_type="application/json"
    )
    response["Cache-Control"] = f"public, max-age={31_536_000 if edition else 60}"
    return response


def out(service: Service) -> dict[str, Any]:
    """One line of the catalogue in the reader's language."""
    said = service.in_language(get_language() or "de")
    return {
        "key": said.key,
        "title": said.title,
        "teaser": said.teaser,
        "leika": said.leika,
        "office": said.office,
        "audiences": list(said.audiences),
        "life_events": list(said.life_events),
        "online": said.online,
        "cost": said.cost_text,
        "days": said.decision.within_days,
        "trust": int(said.trust),
    }
