"""The collections of features described in OpenAPI 3.0, as clients of OGC API Features look for it."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import everyone

from .doors import door, told
from .features import GEO, JSON, MOST, OPENAPI, USUAL, collections_now

PROBLEM = {
    "description": "Exception",
    "content": {JSON: {"schema": {"$ref": "#/components/schemas/exception"}}},
}


@everyone
@door("api")
def description(request: HttpRequest) -> HttpResponseBase:
    """All operations with their parameters and an example each."""
    whole = {
        "openapi": "3.0.3",
        "info": {"title": _("Offene Mobilitätsdaten"), "version": "1"},
        "servers": [{"url": request.build_absolute_uri(reverse("mobility:features")).rstrip("/")}],
        "paths": _paths(),
        "components": {"parameters": _parameters(), "schemas": _schemas()},
    }
    return told(request, whole, OPENAPI, seconds=3600)


def _paths() -> dict[str, Any]:
    names = list(collections_now())
    one = "/collections/{collectionId}"
    refs = ["bbox", "datetime", "limit", "offset", "f"]
    return {
        "/": _get("landingPage", JSON, ["f"]),
        "/conformance": _get("conformance", JSON, ["f"]),
        "/collections": _get("collections", JSON, ["f"]),
        one: _get("collection", JSON, ["collectionId", "f"], 404),
        f"{one}/items": _get("features", GEO, ["collectionId", *refs], 404),
        f"{one}/items/{{featureId}}": _get("feature", GEO, ["collectionId", "featureId", "f"], 404),
    } | {f"/collections/{name}/items": _get(f"features_{name}", GEO, refs) for name in names}


def _get(name: str, kind: str, parameters: list[str], *more: int) -> dict[str, Any]:
    answers: dict[str, Any] = {"200": {"description": "OK", "content": {kind: {"schema": {"type": "object"}}}}}
    answers |= {str(code): PROBLEM for code in (400, 406, 429, *more)}
    refs = [{"$ref": f"#/components/parameters/{one}"} for one in parameters]
    return {"get": {"operationId": name, "parameters": refs, "responses": answers}}


def _parameters() -> dict[str, Any]:
    count = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
    box = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
    return {
        "collectionId": _parameter("collectionId", "path", {"type": "string", "enum": list(collections_now())}, "haltestellen"),
        "featureId": _parameter("featureId", "path", {"type": "string"}, "rathausplatz"),
        "bbox": {**_parameter("bbox", "query", box, [8.0, 51.9, 8.1, 52.0]), "style": "form", "explode": False},
        "datetime": _parameter("datetime", "query", {"type": "string"}, "2026-12-01T00:00:00Z/.."),
        "limit": {**_parameter("limit", "query", count, USUAL), "style": "form", "explode": False},
        "offset": _parameter("offset", "query", {"type": "integer", "minimum": 0, "default": 0}, 0),
        "f": _parameter("f", "query", {"type": "string", "enum": ["json", "geojson"]}, "json"),
    }


def _parameter(name: str, place: str, schema: dict[str, Any], example: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": schema, "example": example}


def _schemas() -> dict[str, Any]:
    text = {"type": "string"}
    return {"exception": {"type": "object", "required": ["code"], "properties": {"code": text, "description": text}}}
