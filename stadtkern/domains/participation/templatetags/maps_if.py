"""The city's map where it is there; pages work without: every place stands in words as well."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()
PLACE = "stadtkern.kernel.geo.templatetags"


def _maps() -> Any:
    return import_module(f"{PLACE}.maps") if find_spec("stadtkern.kernel.geo") and find_spec(PLACE) else None


@register.simple_tag
def city_map_head() -> SafeString:
    """Style sheets."""
    return _maps().map_head() if _maps() else SafeString("")


@register.simple_tag
def city_map_script() -> SafeString:
    """Scripts."""
    return _maps().map_script() if _maps() else SafeString("")


@register.simple_tag
def city_map(points: str) -> SafeString:
    """Points of an address on the map."""
    return _drawn("karte", data=points) if _maps() else SafeString("")


@register.simple_tag
def city_map_pick(lat: str, long: str) -> SafeString:
    """A map on which one points at a place; sends lat and long."""
    return _drawn("ort", pick=True, lat=lat, long=long) if _maps() else SafeString("")


def _drawn(key: str, **given: Any) -> SafeString:
    return SafeString(render_to_string("geo/map.html", _maps().map(key, **given)))
