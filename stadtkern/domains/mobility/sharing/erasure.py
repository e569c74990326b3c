"""What goes of rides with shared vehicles when a person goes."""

from uuid import UUID

from django.utils.translation import gettext as _

from stadtkern.kernel.privacy.erasure import Kept, Preview

from ..actions.rides import forget_of
from ..models import Ride


def preview(account_id: int, register_key: UUID | None) -> Preview:
    """In words, before it happens."""
    mine = Ride.objects.filter(account=account_id)
    goes = [_("Ihre Fahrten mit Leihfahrzeugen")] if mine.exists() else []
    if mine.open().exists():
        goes.append(_("Ihr Leihfahrzeug: Geben Sie es vorher zurück, danach können Sie es hier nicht mehr"))
    return Preview(goes, [])


def erase(account_id: int, register_key: UUID | None) -> list[Kept]:
    """All of it; the provider never knew who it was. What is still under way runs on without a person."""
    forget_of(account_id)
    return []
