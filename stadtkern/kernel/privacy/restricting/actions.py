"""Lay the data of a person to rest (Art. 18 DSGVO), and lift it again. Who enforces it: kernel/cases/actions/rest.py."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.events.actions import record

from ..models import Restriction

GROUNDS = ("accuracy", "unlawful", "claims", "objection")  # Art. 18 Abs. 1 Buchst. a to d


def restrict(account: Account, *, scope: str, ground: str, about: str, actor_key: str) -> Restriction:
    """From now on the data rest; where they rest already, that restriction is returned."""
    if ground not in GROUNDS:
        raise ValueError(f"{ground!r} is no ground of Art. 18 Abs. 1")
    if known := Restriction.objects.filter(account=account, scope=scope, lifted_at=None).first():
        return known
    try:
        with transaction.atomic():
            row = Restriction.objects.create(account=account, scope=scope, ground=ground, about=about)
            record("restriction.set", subject=about or f"account:{account.pk}", actor=actor_key, data={"restriction": row.pk})
    except IntegrityError:
        return Restriction.objects.get(account=account, scope=scope, lifted_at=None)
    return row


@transaction.atomic
def forget_of(account_id: int) -> int:
    """A person was erased: nothing is left that could rest. Diary: `restriction.forgotten`."""
    count, _rows = Restriction.objects.filter(account=account_id).delete()
    if count:
        record("restriction.forgotten", subject=f"account:{account_id}", actor="system", data={"restrictions": count})
    return count


@transaction.atomic
def lift(restriction: Restriction, actor_key: str) -> bool:
    """The data may be used again; the caller has told the person before (Art. 18 Abs. 3). False when it was lifted already."""
    if not Restriction.objects.filter(pk=restriction.pk, lifted_at=None).update(lifted_at=timezone.now()):
        return False
    subject = restriction.about or f"account:{restriction.account_id}"
    record("restriction.lifted", subject=subject, actor=actor_key, data={"restriction": restriction.pk})
    return True
