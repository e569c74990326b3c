"""Nothing of a vault is kept by any law."""

from uuid import UUID

from django.utils.translation import gettext as _

from stadtkern.kernel.privacy.erasure import Kept, Preview

from . import actions
from .models import Item, Share


def preview(account_id: int, register_key: UUID | None) -> Preview:
    """Counts, in words."""
    items = Item.objects.filter(account=account_id).count()
    shares = Share.objects.filter(account=account_id).count()
    goes = [_("Unterlagen in Ihrem Tresor: %(count)s") % {"count": items}] if items else []
    if shares:
        goes.append(_("Was Sie geteilt haben, und wer es gesehen hat: %(count)s") % {"count": shares})
    return Preview(goes, [])


def erase(account_id: int, register_key: UUID | None) -> list[Kept]:
    """All of it; links that were given away show nothing from now on."""
    actions.erase_of(account_id)
    return []
