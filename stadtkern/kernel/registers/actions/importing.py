"""What other systems of the city hand over to our registers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import models, transaction

from stadtkern.kernel.events.actions import record

from ..models import CivilPerson, CivilRecord, Dog, Household, Parentage, Resident, Trade, Vehicle

# Register -> its table and the fields that say which entry is meant.
TABLES: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {
    "vehicles": (Vehicle, ("plate",)),
    "dogs": (Dog, ("number",)),
    "trade": (Trade, ("number",)),
    "parentage": (Parentage, ("child_key", "parent_key")),
}


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
    count = 0
    for told, people in rows:
        key = {name: told[name] for name in ("kind", "office", "register_number")}
        row, _ = CivilRecord.objects.update_or_create(**key, defaults={k: v for k, v in told.items() if k not in key})
        CivilPerson.objects.filter(record=row).delete()
        CivilPerson.objects.bulk_create([CivilPerson(record=row, **person) for person in people])
        count += 1
    record("register.imported", subject="register:civil", actor=actor_key, data={"entries": count})
    return count
