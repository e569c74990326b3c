"""Links in words, in both directions."""

from typing import Any

from django.utils.translation import gettext_lazy

from .models import Link

_FORWARD: dict[str, Any] = {
    Link.Kind.MERGED_INTO: gettext_lazy("Zusammengeführt mit"),
    Link.Kind.BECAME: gettext_lazy("Daraus wurde"),
    Link.Kind.FUNDED_BY: gettext_lazy("Bezahlt aus"),
    Link.Kind.REALISED_AS: gettext_lazy("Umgesetzt als"),
    Link.Kind.ADOPTED_FROM: gettext_lazy("Übernommen von"),
}
_BACK: dict[str, Any] = {
    Link.Kind.MERGED_INTO: gettext_lazy("Hierin aufgegangen"),
    Link.Kind.BECAME: gettext_lazy("Entstanden aus"),
    Link.Kind.FUNDED_BY: gettext_lazy("Bezahlt damit"),
    Link.Kind.REALISED_AS: gettext_lazy("Setzt um"),
    Link.Kind.ADOPTED_FROM: gettext_lazy("Anderswo übernommen als"),
}


def became(kind: str) -> str:
    """From the source to the target."""
    return str(_FORWARD[kind])


def came(kind: str) -> str:
    """From the target back to the source."""
    return str(_BACK[kind])
