"""What the journey planner knows of the person who asks (Art. 15 GDPR): what they watch, the places they keep, no journeys."""

from typing import Any

from stadtkern.kernel.accounts.access import Actor

from ..models import SavedPlace, Told, Watch

MOST = 1000


def report(actor: Actor) -> dict[str, Any]:
    """Journeys are not stored at all."""
    mine = {"account": actor.account}
    return {
        "watches": list(Watch.objects.filter(**mine).values("kind", "title", "until", "created_at")[:MOST]),
        "places": list(SavedPlace.objects.filter(**mine).values("title", "place", "created_at")[:MOST]),
        "alerts_told": list(Told.objects.filter(**mine).order_by("-pk").values("alert__title", "at")[:MOST]),
    }
