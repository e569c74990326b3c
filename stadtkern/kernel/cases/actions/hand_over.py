"""Drafts change hands: from the browser into the account, from the counter to the citizen."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.events.actions import record

from ..models import Case
from .guard import locked_draft, store


@transaction.atomic
def adopt_drafts(account: Account, draft_keys: Sequence[str]) -> int:
    """Drafts begun in this browser before signing in belong to the account from now on; returns how many.

    What was sent without signing in stays with the browser: it may have been anonymous on purpose.
    """
    if not draft_keys:
        return 0
    rows = Case.objects.drafts().filter(account=None, company=None, draft_key__in=draft_keys)
    found = list(rows.select_for_update().values_list("pk", flat=True)[:100])
    if not found:
        return 0
    Case.objects.filter(pk__in=found).update(account=account, draft_key=None, updated_at=timezone.now())
    for pk in found:
        documents.hand_over(f"case:{pk}", account)
        record("case.adopted", subject=f"case:{pk}", actor=f"account:{account.pk}")
    return len(found)


@transaction.atomic
def hand_over(actor: Actor, case: Case, account: Account) -> Case:
    """The clerk at the counter gives a draft to the citizen, who goes on with it at home."""
    row = locked_draft(actor, case)
    if actor.staff is None or row.assisted_by_id != actor.staff.pk:
        raise Case.DoesNotExist
    row.account, row.assisted_by = account, None
    store(row, "account", "assisted_by")
    documents.hand_over(str(row), account)
    record("case.handed_over", subject=str(row), actor=actor.key, data={"account": account.pk})
    return row
