"""What goes and stays of plates when a person goes."""

from uuid import UUID

from django.utils.translation import gettext as _

from stadtkern.kernel.privacy.erasure import Kept, Preview

from ..actions.plates import forget_of
from ..models import Plate


def preview(account_id: int, register_key: UUID | None) -> Preview:
    """In words, before it happens."""
    goes = [_("Festgehaltene und reservierte Kennzeichen")] if Plate.objects.filter(account=account_id).exists() else []
    return Preview(goes, [])


def erase(account_id: int, register_key: UUID | None) -> list[Kept]:
    """Who held a plate goes; that it was given stays with the vehicle's entry in the register."""
    forget_of(account_id)
    return []
