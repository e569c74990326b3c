"""What goes of the journey planner when a person goes: all of it."""

from uuid import UUID

from django.utils.translation import gettext as _

from stadtkern.kernel.privacy.erasure import Kept, Preview

from ..actions.alerts import forget_person
from ..models import SavedPlace, Watch


def preview(account_id: int, register_key: UUID | None) -> Preview:
    """In words, before it happens."""
    kept = [model for model in (Watch, SavedPlace) if model.objects.filter(account=account_id).exists()]
    return Preview([_("Beobachtete Linien und gespeicherte Orte")] if kept else [], [])


def erase(account_id: int, register_key: UUID | None) -> list[Kept]:
    """Nothing stays."""
    forget_person(account_id)
    return []
