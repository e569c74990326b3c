"""XZuFi and maturity for programs: a folder a collector can fetch file by file, and the levels. Public, no sign-in."""

from typing import Annotated, Any

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.utils.http import quote_etag
from django.utils.translation import get_language
from ninja import Path, Router, Schema
from ninja.errors import HttpError

from stadtkern.kernel.city.models import Office
from stadtkern.kernel.city.profile import city

from .. import catalogue
from ..maturity import Maturity, Platform, of_service
from ..maturity_models import MODELS
from ..maturity_views import rows
from . import outgoing, store

router = Router(tags=["services"])
SECONDS = 300
XML = {"content": {"application/xml": {"schema": {"type": "string"}}}, "description": "a transfer message in XZuFi 2.2.0"}
INDEX = {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "one file name a line"}


@router.get("/xzufi/index.txt", auth=None, url_name="xzufi_index", openapi_extra={"responses": {200: INDEX}})
def xzufi_index(request: HttpRequest) -> HttpResponse:
    """The names of all files of the delivery, one a line. It is always complete: what is missing was deleted."""
    body = "".join(f"{name}.xml\n" for name in outgoing.names()).encode()
    return _answer(request, body, "text/plain; charset=utf-8")


@router.get("/xzufi/{name}.xml", auth=None, url_name="xzufi_file", openapi_extra={"responses": {200: XML}})
def xzufi_file(request: HttpRequest, name: Annotated[str, Path(max_length=120)]) -> HttpResponse:
    """One file of the delivery: a service with its online service and responsibilities, an entry, or all offices."""
    body = outgoing.cached(name, _stamp(name))
    if body is None:
        raise HttpError(404, "There is no such file in the delivery.")
    return _answer(request, body, "application/xml; charset=utf-8")


def _stamp(name: str) -> object:
    if name == outgoing.OFFICES:
        return caches["local"].get_or_set("modules.offices", _offices, 60)
    key = name.removeprefix("leistung-")
    service = catalogue.all_services().get(key)
    texts = store.modules(service.leika if service else key)
    return catalogue.version(), texts.changed, city().folder


def _offices() -> object:
    return tuple(Office.objects.order_by("key").values_list("key", "title", "street", "phone", "email")[:1000])


def _answer(request: HttpRequest, body: bytes, kind: str) -> HttpResponse:
    tag = quote_etag(outgoing.digest(body))
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(body, content_type=kind)
    response["ETag"] = tag
    response["Cache-Control"] = f"public, max-age={SECONDS}"
    return response


class CriterionOut(Schema):
    """One criterion; `level` is null where it does not apply; `missing` says in German what the next level needs."""

    key: str
    title: str
    level: int | None
    missing: str


class MaturityOut(Schema):
    """A service measured with one model; the lowest criterion decides."""

    model: str  # "2.0": 0 to 7, "1.1": 0 to 4
    level: int
    name: str
    criteria: list[CriterionOut]


class ServiceMaturity(Schema):
    """A service in both models."""

    key: str
    title: str
    maturity: list[MaturityOut]


@router.get("/services/{key}/maturity", response=ServiceMaturity, auth=None, url_name="service_maturity")
def service_maturity(request: HttpRequest, key: str) -> dict[str, Any]:
    """How digital a service is (Reifegradmodell 2.0 and 1.1), computed from what it has."""
    try:
        service = catalogue.find(key)
    except catalogue.UnknownService as error:
        raise HttpError(404, "There is no service with this key.") from error
    facts = of_service(service, Platform.of(city()), store.modules(service.leika))
    said = service.in_language(get_language() or "de")
    return {"key": key, "title": said.title, "maturity": [_measure(model.measure(facts)) for model in MODELS.values()]}


class Levels(Schema):
    """A service with its level in each model."""

    key: str
    title: str
    levels: dict[str, int]  # "2.0" -> 0 to 7, "1.1" -> 0 to 4


@router.get("/maturity", response=list[Levels], auth=None, url_name="maturity")
def list_maturity(request: HttpRequest) -> list[dict[str, Any]]:
    """All services by title, each with its level; by criterion: /services/{key}/maturity."""
    return [
        {"key": one.service.key, "title": one.service.title, "levels": {"2.0": one.new.level, "1.1": one.old.level}}
        for one in rows()
    ]


def _measure(measure: Maturity) -> dict[str, Any]:
    criteria = [
        {"key": one.criterion.key, "title": str(one.criterion.title), "level": one.level, "missing": str(one.missing)}
        for one in measure.scores
    ]
    return {"model": measure.model.key, "level": measure.level, "name": measure.name, "criteria": criteria}
