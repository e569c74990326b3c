"""What every page's frame shows: city, actor, links."""

from typing import Any

from django.http import HttpRequest

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.city.profile import city


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of the base template."""
    return {"city": city(), "actor": actor_of(request)}
