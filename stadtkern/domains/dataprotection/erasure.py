"""What goes and stays of the data protection office: that it acted stays without words, who was told goes."""

from uuid import UUID

from django.utils.translation import gettext as _

from stadtkern.kernel.privacy.erasure import Kept, Preview

from .actions import forget_of
from .models import Affected, Correction


def preview(account_id: int, register_key: UUID | None) -> Preview:
    """In words, before it happens."""
    goes = []
    if Affected.objects.filter(account=account_id).exists():
        goes.append(_("Dass wir Sie wegen einer Datenpanne benachrichtigt haben"))
    if Correction.objects.filter(account=account_id).exists():
        goes.append(_("Was Ämter bei Ihnen berichtigen sollten"))
    return Preview(goes, [])


def erase(account_id: int, register_key: UUID | None) -> list[Kept]:
    """Nothing with a personal value stays."""
    forget_of(account_id)
    return []
