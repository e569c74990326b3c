"""What comes in a form of the desk or the kiosk as text: the key of a row, a counter, a day."""

from datetime import date

from django.utils.translation import gettext as _

from .models import Counter, Place
from .refusals import Refused

DIGITS = 19  # from here on no key of the database


def key_of(text: str) -> int | None:
    """None for what is no key."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < DIGITS else None


def counter_of(place: Place, text: str) -> Counter | None:
    """A counter of this place, also one that is closed for good."""
    key = key_of(text)
    return None if key is None else Counter.objects.filter(pk=key, place=place).first()


def open_counter_of(place: Place, text: str) -> Counter | None:
    """A counter of this place somebody can sit at."""
    found = counter_of(place, text)
    return found if found and found.active else None


def day_of(text: str) -> date:
    """Refused for what is no day of this century and the next."""
    try:
        found = date.fromisoformat(text)
    except ValueError as problem:
        raise Refused(_("Geben Sie den Tag als Datum an, zum Beispiel 01.12.2026.")) from problem
    if not 2000 <= found.year <= 2200:
        raise Refused(_("Dieses Datum liegt zu weit entfernt."))
    return found
