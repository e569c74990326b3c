"""What goes and stays of the files: drafts at once; what was sent as long as the law of the service says."""

from uuid import UUID

from django.utils.translation import gettext as _

from stadtkern.kernel.privacy.erasure import Kept, Preview
from stadtkern.kernel.services import catalogue

from . import actions
from .models import FINISHED, Case, Status


def preview(account_id: int, register_key: UUID | None) -> Preview:
    """Drafts go; sent cases with their reason and date."""
    drafts = Case.objects.filter(account=account_id, company=None, status=Status.DRAFT).count()
    goes = [_("Ihre Entwürfe: %(count)s") % {"count": drafts}] if drafts else []
    return Preview(goes, _kept(account_id))


def erase(account_id: int, register_key: UUID | None) -> list[Kept]:
    """Drafts and what is past its time go; the rest can no longer be found by name."""
    actions.erase_of(account_id)
    return _kept(account_id)


def _kept(account_id: int) -> list[Kept]:
    rows = Case.objects.filter(account=account_id, company=None).exclude(status=Status.DRAFT).order_by("pk")
    return [_reason(case) for case in rows.select_related("edition")]


def _reason(case: Case) -> Kept:
    service = catalogue.from_edition(case.edition)
    what = _("Vorgang %(reference)s: %(title)s, mit Nachrichten und Bescheid") % {
        "reference": case.reference, "title": service.title,
    }  # fmt: skip
    if case.status in FINISHED:
        return Kept(what, case.keep_until, service.keep.because, str(case))
    running = _("Das Verfahren läuft noch (Art. 17 Abs. 3 Buchst. b DSGVO); danach: %(law)s") % {"law": service.keep.because}
    return Kept(what, None, running, str(case))
