"""Connections with apps of others go with the account; what an app holds itself is told to the person."""

from uuid import UUID

from django.utils.translation import gettext as _

from stadtkern.kernel.privacy.erasure import Kept, Preview

from . import actions
from .models import Connection


def preview(account_id: int, register_key: UUID | None) -> Preview:
    """How many apps are cut off."""
    count = Connection.objects.filter(account=account_id).count()
    words = _("Verbindungen zu Apps: %(count)s. Was die Apps selbst gespeichert haben, müssen Sie dort löschen lassen.")
    return Preview([words % {"count": count}] if count else [], [])


def erase(account_id: int, register_key: UUID | None) -> list[Kept]:
    """Connections, sign-ins and tokens."""
    actions.forget_account(account_id)
    return []
