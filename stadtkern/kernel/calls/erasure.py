"""What goes when a person is erased: the times of their video appointments."""

from uuid import UUID

from django.utils.translation import gettext as _

from stadtkern.kernel.privacy.erasure import Kept, Preview

from . import actions
from .models import Call


def preview(account_id: int, register_key: UUID | None) -> Preview:
    """Counts, in words."""
    count = Call.objects.filter(appointment__account=account_id).count()
    return Preview([_("Zeiten Ihrer Videotermine: %(count)s") % {"count": count}] if count else [], [])


def erase(account_id: int, register_key: UUID | None) -> list[Kept]:
    """Nothing of it must be kept: what was agreed stands in the file of the case."""
    actions.forget_of(account_id)
    return []
