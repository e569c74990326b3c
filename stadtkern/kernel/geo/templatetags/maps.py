"""`{% map %}`: the city as a picture that one can point at. Every page with a map offers a list or an address field as well.

    {% load maps %}
    {% block head %}{% map_head %}{% endblock %}
    {% map "karte" data=points_url heat=cells_url %}                  shows points and cells (GeoJSON by address)
    {% map "ort" pick=True lat=form.lat.value long=form.long.value %}  a point; sends `lat` and `long`
    {% map "plan" draw="line area" name="geometry" value=json %}      draws; sends GeoJSON in `geometry`
    {% map "gebiet" shapes=shapes_url %}                              lines and areas by address (`shape=json`: one)
    {% block scripts %}{% map_script %}{% endblock %}

`bbox=True` asks `data` again for what is in view (`?bbox=south,west,north,east&zoom=14`). Features of `data` may carry `title`,
`url`, `level` (info, success, warning, danger) and `count` (a heap of points); those of `heat` carry `count`; those of `shapes`
`title`, `colour` (#rrggbb) and `style` (vehicle, walk, ride, area).
A picked point fires `geo:picked` on the element, detail {lat, long}; `geo:show` with the same detail moves the pin.
"""

import json
from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from stadtkern.kernel.geo import queries
from stadtkern.kernel.geo.ground import LAYERS, folder
from stadtkern.lib.earth import readable

register = template.Library()
SHAPES = {"point", "line", "area"}


@register.simple_tag
def map_head() -> SafeString:
    """Style sheets of a map."""
    tag = '<link rel="stylesheet" href="{}"><link rel="stylesheet" href="{}">'
    return format_html(tag, static("ui/leaflet.css"), static("geo/map.css"))


@register.simple_tag
def map_script() -> SafeString:
    """Scripts of a map, after the page."""
    tag = '<script src="{}" defer></script><script src="{}" type="module"></script>'
    return format_html(tag, static("ui/leaflet.js"), static("geo/map.js"))


@register.inclusion_tag("geo/map.html")
def map(key: str, **given: Any) -> dict[str, Any]:
    """The map itself; see above."""
    shapes = [shape for shape in str(given.get("draw", "")).split() if shape in SHAPES]
    point = readable(given.get("lat"), given.get("long"))
    where = settings.CITY_TOML.get("map", {})
    told = {
        "base": {name: reverse("geo:layer", args=[name]) for name in LAYERS if (folder() / f"{name}.geojson").is_file()},
        "tiles": where.get("tiles", ""),
        "credit": where.get("credit", ""),
        "find": reverse("geo:find"),
        "centre": list(where.get("centre", queries.centre())),
        "zoom": int(where.get("zoom", 14)),
        "data": str(given.get("data", "")),
        "heat": str(given.get("heat", "")),
        "shapes": str(given.get("shapes", "")),
        "shape": str(given.get("shape", "")),
        "bbox": bool(given.get("bbox")),
        "pick": bool(given.get("pick")),
        "point": list(point) if point else None,
        "draw": shapes,
        "words": _words(),
    }
    return {
        "key": key,
        "told": json.dumps(told),
        "label": given.get("label") or _("Karte"),
        "pick": told["pick"],
        "shapes": [(shape, _shape_words()[shape]) for shape in shapes],
        "name": given.get("name", "geometry"),
        "value": given.get("value") or "",
        "lat": f"{point[0]:.6f}" if point else "",
        "long": f"{point[1]:.6f}" if point else "",
        "tall": bool(given.get("tall")),
    }


def _shape_words() -> dict[str, str]:
    return {"point": _("Punkt setzen"), "line": _("Linie zeichnen"), "area": _("Fläche zeichnen")}


def _words() -> dict[str, str]:
    return {
        "in": _("Näher heran"),
        "out": _("Weiter weg"),
        "pin": _("Gewählter Ort"),
        "near": _("Nächste Adresse: {text}"),
        "nowhere": _("Dort ist keine Adresse in der Nähe."),
        "no_position": _(
            "Ihr Gerät sagt uns nicht, wo Sie sind. Wählen Sie den Ort auf der Karte, oder tippen Sie die Adresse."
        ),
        "drawn": _("Gezeichnet: {n} Punkte."),
        "more": _("Setzen Sie weitere Punkte, und wählen Sie dann „Fertig“."),
        "many": _("{n} an dieser Stelle"),
        "offline": _("Die Karte ist gerade nicht erreichbar. Die Adresse können Sie trotzdem eintippen."),
    }
