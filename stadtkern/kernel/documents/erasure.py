"""What goes and stays of papers and files; those of a case that a law keeps stay with it."""

from uuid import UUID

from django.utils.translation import gettext as _

from stadtkern.kernel.privacy.erasure import Kept, Preview, kept_matters

from . import actions
from .models import Document, Upload


def preview(account_id: int, register_key: UUID | None) -> Preview:
    """Counts, in words."""
    papers = Document.objects.filter(account=account_id, shredded_at=None).exclude(about__in=kept_matters()).count()
    files = Upload.objects.filter(account=account_id).exclude(about__in=kept_matters()).count()
    goes = []
    if papers:
        goes.append(_("Dokumente der Stadt an Sie: %(count)s") % {"count": papers})
    if files:
        goes.append(_("Dateien, die Sie hochgeladen haben: %(count)s") % {"count": files})
    return Preview(goes, [])


def erase(account_id: int, register_key: UUID | None) -> list[Kept]:
    """Contents go; of an issued paper its number stays, so that the verify page can say that it was deleted."""
    actions.erase_of(account_id, kept_matters())
    return []
