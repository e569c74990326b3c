"""The shared vehicle one has reserved or drives, among the cards of the account."""

from django.urls import reverse
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.credentials.cards import Card

from ..models import Ride
from .telling import tell


def cards(actor: Actor) -> list[Card]:
    """One at most; what is over is no card."""
    now = timezone.now()
    told = [tell(row, now) for row in Ride.objects.visible_to(actor).open()]
    return [
        Card(
            title=one.ride.title, status=one.word, level=one.level, open_url=reverse("mobility:ride", args=[one.ride.pk]),
            valid_until=one.ride.until if one.ride.state == Ride.State.HELD else None, to_the_minute=True, sort=one.ride.at,
        ) for one in told
    ]  # fmt: skip
