"""What goes when a person is erased: every proof, here and, by the status list, in every wallet."""

from uuid import UUID

from django.utils.translation import gettext as _

from stadtkern.kernel.privacy.erasure import Kept, Preview

from . import actions
from .models import Credential, Query


def preview(account_id: int, register_key: UUID | None) -> Preview:
    """Counts, in words."""
    count = Credential.objects.filter(account=account_id).count()
    asked = Query.objects.filter(account=account_id, staff=None).count()
    goes = [_("Nachweise für die Wallet, die damit nicht mehr gelten: %(count)s") % {"count": count}] if count else []
    if asked:
        goes.append(_("Abfragen von Wallets, die Sie gestellt haben: %(count)s") % {"count": asked})
    return Preview(goes, [])


def erase(account_id: int, register_key: UUID | None) -> list[Kept]:
    """No law keeps any of it: what was attested stands in the file of the case."""
    actions.delete_all(account_id)
    actions.delete_queries(account_id)
    return []
