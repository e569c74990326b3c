"""The files of somebody who is erased: drafts go, finished files can no longer be found by name."""

from django.contrib.postgres.search import SearchVector
from django.db import transaction
from django.db.models import Value
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.events.actions import record

from ..models import FINISHED, Agreement, Case, Status, search_text
from .retention import _remove, forget_drafts_of, over

AT_ONCE = 500


@transaction.atomic
def erase_of(account_id: int) -> int:
    """Drafts and files past their time go at once; other finished files are concealed; returns how many went."""
    gone = 0
    while more := forget_drafts_of(account_id):
        gone += more
    own = Case.objects.filter(account=account_id, company=None)
    for pk in list(own.filter(over(timezone.localdate())).values_list("pk", flat=True)):
        gone += _remove(pk, "case.shredded")
    Agreement.objects.filter(account=account_id, case__status=Status.DRAFT).update(account=None, state="OPEN", seen="")
    own.exclude(status=Status.DRAFT).update(once=None, draft_key=None)
    _conceal(list(own.filter(status__in=FINISHED).exclude(applicant="").values_list("pk", "reference")))
    return gone


@transaction.atomic
def conceal_closed() -> int:
    """Every night: files that were still running when their applicant was erased, and have ended since."""
    rows = Case.objects.filter(account__is_active=False, company=None, status__in=FINISHED).exclude(applicant="")
    return _conceal(list(rows.values_list("pk", "reference")[:AT_ONCE]))


def _conceal(rows: list[tuple[int, str]]) -> int:
    """Kept for the law alone (Art. 18 GDPR): out of the list of names and the search; the reference still leads to it."""
    for pk, reference in rows:
        words = SearchVector(Value(search_text(reference)), config="simple")
        Case.objects.filter(pk=pk).update(applicant="", search=words)
        record("case.concealed", subject=f"case:{pk}", actor=SYSTEM)
    return len(rows)
