"""Parking permits: entered when a case grants one, revoked with a reason."""

import datetime
import uuid

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.models import Company
from stadtkern.kernel.events.actions import record
from stadtkern.lib import plates
from stadtkern.lib.ids import reference

from ..models import ParkingPermit

PREFIX = "BP"  # Bewohnerparkausweis


@transaction.atomic
def enter_permit(
    actor_key: str,
    *,
    plate: str,
    zone: str,
    valid_from: datetime.date,
    valid_until: datetime.date,
    person_key: uuid.UUID | None = None,
    company: Company | None = None,
    about: str = "",
    document_number: str = "",
    number: str = "",
) -> ParkingPermit:
    """Enter a permit; a second call for the same case and plate gives the permit that stands.

    ValueError for a plate that cannot be one, a holder too many or too few, an end before the beginning.
    """
    written = plates.normal(plate)
    if written is None:
        raise ValueError("not a number plate")
    if (person_key is None) == (company is None):
        raise ValueError("a permit belongs to a person or to a company")
    if valid_until < valid_from:
        raise ValueError("a permit ends after it begins")
    standing = ParkingPermit.objects.select_for_update().filter(about=about, plate=written, revoked_at=None)
    if about and (row := standing.first()):
        return _with_document(row, document_number)
    row = ParkingPermit.objects.create(
        number=number or reference(PREFIX),
        plate=written,
        zone=zone,
        valid_from=valid_from,
        valid_until=valid_until,
        person_key=person_key,
        company=company,
        about=about,
        document_number=document_number,
    )
    record("permit.entered", subject=about or str(row), actor=actor_key, data={"permit": row.pk})
    return row


def _with_document(row: ParkingPermit, number: str) -> ParkingPermit:
    """The paper is written after the permit: its number follows, once."""
    if number and not row.document_number:
        row.document_number = number
        row.save(update_fields=["document_number"])
    return row


@transaction.atomic
def revoke_permit(actor_key: str, permit: ParkingPermit, because: str) -> ParkingPermit:
    """From now on the permit allows nothing. A second time changes nothing; ValueError without a reason."""
    if not because.strip():
        raise ValueError("a permit is revoked for a reason")
    row = ParkingPermit.objects.select_for_update().get(pk=permit.pk)
    if row.revoked_at is None:
        row.revoked_at, row.revoked_because = timezone.now(), because.strip()[:300]
        row.save(update_fields=["revoked_at", "revoked_because"])
        record("permit.revoked", subject=row.about or str(row), actor=actor_key, data={"permit": row.pk})
    return row
