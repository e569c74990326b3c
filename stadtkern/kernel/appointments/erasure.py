"""What goes and stays of appointments: the person goes, how long a visit took stays as a figure of nobody."""

from uuid import UUID

from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.privacy.erasure import Kept, Preview

from . import actions
from .models import Appointment, Feed, Waiting


def preview(account_id: int, register_key: UUID | None) -> Preview:
    """Everything goes; nothing is kept by law."""
    count = Appointment.objects.filter(account=account_id, company=None, erased_at=None).count()
    waits = Waiting.objects.filter(account=account_id, company=None).count()
    goes = [_("Termine: %(count)s; künftige werden abgesagt") % {"count": count}] if count else []
    goes += [_("Einträge auf der Warteliste: %(count)s") % {"count": waits}] if waits else []
    goes += [_("Ihre Kalenderadresse")] if Feed.objects.filter(account=account_id).exists() else []
    return Preview(goes)


def erase(account_id: int, register_key: UUID | None) -> list[Kept]:
    """Future appointments are cancelled, past ones lose the person."""
    actions.erase_of(account_id)
    actions.end_feed(account_id, SYSTEM)
    return []
