"""Claims as the matching of transfers needs them: reference, what is open, whose they are."""

from datetime import timedelta

from django.utils import timezone

from stadtkern.lib.matching import Candidate, Index

from .models import Receivable
from .models_ledger import digits_of

CLOSED_FOR = timedelta(days=400)  # so long is a second payment of something closed recognised as such


def build() -> Index:
    """All open claims, and those of the last year."""
    recent = Receivable.objects.filter(created_at__gte=timezone.now() - CLOSED_FOR)
    rows = (Receivable.objects.open() | recent).values_list(
        "pk", "reference", "open_cents", "cancelled_at", "debtor_name", "account__name", "account__person__given_names",
        "account__person__family_name", "company__name",
    )  # fmt: skip
    return Index(_candidate(*row) for row in rows.iterator(chunk_size=5000))


def _candidate(
    pk: int, reference: str, cents: int, cancelled: object, debtor: str, name: str | None, given: str | None,
    family: str | None, company: str | None,
) -> Candidate:  # fmt: skip
    person = f"{given or ''} {family or ''}".strip()
    names = tuple(dict.fromkeys(one for one in (debtor, name, person, company) if one))
    return Candidate(pk, digits_of(reference), cents, names, live=cancelled is None and cents > 0)
