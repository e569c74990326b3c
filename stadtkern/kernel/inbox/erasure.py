"""What goes and stays of the post box; letters of a case that a law keeps are part of its file."""

from uuid import UUID

from django.utils.translation import gettext as _

from stadtkern.kernel.privacy.erasure import Kept, Preview, kept_matters

from . import actions
from .models import Message


def preview(account_id: int, register_key: UUID | None) -> Preview:
    """How many letters go."""
    count = Message.objects.filter(account=account_id, company=None).exclude(about__in=kept_matters()).count()
    return Preview([_("Nachrichten in Ihrem Postfach: %(count)s") % {"count": count}] if count else [], [])


def erase(account_id: int, register_key: UUID | None) -> list[Kept]:
    """Letters that belong to nothing that is kept."""
    actions.forget_of(account_id, kept_matters())
    return []
