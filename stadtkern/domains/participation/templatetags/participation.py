"""Small tags of participation: the picture of a row, the state of a contribution in words."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _

from stadtkern.kernel.geo.queries import district

from ..models import Attachment, Contribution

register = template.Library()
State = Contribution.State


@register.simple_tag
def picture_of(row: Contribution, pictures: Mapping[int, Attachment]) -> Attachment | None:
    """The first picture of a row, from those the page has fetched for all of them."""
    return pictures.get(row.pk) if pictures else None


@register.filter
def state_words(row: Contribution) -> str:
    """The state for its author and for moderators."""
    return {
        State.DRAFT: _("Entwurf"),
        State.SUBMITTED: _("Wird geprüft"),
        State.PUBLISHED: _("Veröffentlicht"),
        State.REJECTED: _("Nicht veröffentlicht"),
        State.WITHDRAWN: _("Zurückgezogen"),
        State.MERGED: _("Zusammengeführt"),
        State.HIDDEN: _("Ausgeblendet"),
    }.get(State(row.state), "")


@register.filter
def state_tone(row: Contribution) -> str:
    """The colour of its badge."""
    return {State.PUBLISHED: "success", State.REJECTED: "danger", State.HIDDEN: "danger", State.SUBMITTED: "info"}.get(
        State(row.state), "info"
    )


@register.filter
def district_title(key: str) -> str:
    """A district by its name; what is no key of this city stays as it is."""
    found = district(key)
    return found.title if found else key


@register.filter
def depth(value: Any) -> int:
    """Levels a comment is set in; six at most."""
    return min(6, max(0, int(value)))
