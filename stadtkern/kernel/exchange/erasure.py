"""What goes of handing over: the way back to the applicant; that something was handed over is part of the file."""

from uuid import UUID

from django.utils.translation import gettext as _

from stadtkern.kernel.cases.models import FINISHED
from stadtkern.kernel.privacy.erasure import Kept, Preview

from . import actions
from .models import Reception


def preview(account_id: int, register_key: UUID | None) -> Preview:
    """Only received applications know an address of their own."""
    own = Reception.objects.filter(case__account=account_id, case__status__in=FINISHED).exclude(reply_channel={})
    return Preview([_("Wie andere Behörden Ihnen antworten sollten")] if own.exists() else [], [])


def erase(account_id: int, register_key: UUID | None) -> list[Kept]:
    """The rest of the rows holds numbers and goes with its case."""
    actions.forget_reply_channels(account_id)
    return []
