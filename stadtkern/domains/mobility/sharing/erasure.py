"""What goes of reserved vehicles when a person goes."""

from uuid import UUID

from django.utils.translation import gettext as _

from stadtkern.kernel.privacy.erasure import Kept, Preview

from ..actions.rides import forget_of
from ..models import Ride


def preview(account_id: int, register_key: UUID | None) -> Preview:
    """In words, before it happens."""
    goes = [_("Reservierungen von Fahrzeugen zum Teilen")] if Ride.objects.filter(account=account_id).exists() else []
    return Preview(goes, [])


def erase(account_id: int, register_key: UUID | None) -> list[Kept]:
    """All of it; the provider never knew who it was."""
    forget_of(account_id)
    return []
