"""What other systems of the city hand over to our registers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from stadtkern.kernel.events.actions import record

from ..models import CivilPerson, CivilRecord, Household, Resident
from .taking import TABLES


@transaction.atomic
def import_households(homes: Iterable[tuple[Mapping[str, str], Sequence[Mapping[str, Any]]]], actor_key: str) -> int:
    """First load of the residents register: (address, people) per household, in one transaction; returns how many people.

    Field names are those of `Household` and `Resident`; an unknown one raises TypeError and nothing is written.
    """
    loaded = list(homes)
    rows = Household.objects.bulk_create([Household(**address) for address, _ in loaded])
    residents = [Resident(household=row, **person) for row, (_, people) in zip(rows, loaded, strict=True) for person in people]
    Resident.objects.bulk_create(residents, batch_size=1000)
    record("register.imported", subject="register:residents", actor=actor_key, data={"people": len(residents)})
    return len(residents)


@transaction.atomic
def import_entries(register: str, rows: Iterable[Mapping[str, Any]], actor_key: str) -> int:
    """Entries of one register, new or changed by their own number; returns how many rows were given."""
    table, key = TABLES[register]
    loaded = [table(**row) for row in rows]
    told = [field.name for field in table._meta.concrete_fields if field.name not in (*key, "id")]
    table._default_manager.bulk_create(
        loaded, batch_size=1000, update_conflicts=True, unique_fields=list(key), update_fields=told
    )
    record("register.imported", subject=f"register:{register}", actor=actor_key, data={"entries": len(loaded)})
    return len(loaded)


@transaction.atomic
def import_civil_records(rows: Iterable[tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]], actor_key: str) -> int:
    """(record, people) of births, marriages and deaths; the people of a known record are replaced."""
    key, loaded = TABLES["civil"][1], list(rows)
    told = [field.name for field in CivilRecord._meta.concrete_fields if field.name not in (*key, "id")]
    records = CivilRecord.objects.bulk_create(
        [CivilRecord(**one) for one, _ in loaded],
        batch_size=1000,
        update_conflicts=True,
        unique_fields=list(key),
        update_fields=told,
    )
    CivilPerson.objects.filter(record__in=[row.pk for row in records]).delete()
    pairs = zip(records, loaded, strict=True)
    CivilPerson.objects.bulk_create(
        [CivilPerson(record=row, **person) for row, (_, people) in pairs for person in people], batch_size=1000
    )
    count = len(loaded)
    record("register.imported", subject="register:civil", actor=actor_key, data={"entries": count})
    return count
