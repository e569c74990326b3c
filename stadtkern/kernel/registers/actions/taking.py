"""Take over a whole register from a file: new, changed, unchanged, refused; the same file twice changes nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import models, transaction

from stadtkern.kernel.events.actions import record

from ..intake.columns import Wrong, clean, columns
from ..intake.files import Raw
from ..intake.holders import COLUMNS, Holders
from ..models import CivilPerson, CivilRecord, Dog, Household, Parentage, Resident, Trade, Vehicle

BATCH = 1000
# Register -> its table and the fields that say which entry is meant.
TABLES: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {
    "vehicles": (Vehicle, ("plate",)),
    "dogs": (Dog, ("number",)),
    "trade": (Trade, ("number",)),
    "parentage": (Parentage, ("child_key", "parent_key")),
    "civil": (CivilRecord, ("kind", "office", "register_number")),
    "residents": (Resident, ("key",)),
}
HELD = ("vehicles", "dogs", "trade")
HOME = ("street", "house_number", "postcode", "town", "district")


@dataclass
class Counts:
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0


Refuse = Callable[[int, str], None]
Values = dict[str, Any]


@transaction.atomic
def take_over(register: str, rows: Iterable[Raw], actor_key: str, refuse: Refuse, *, dry: bool = False) -> Counts:
    """All rows in one transaction; a refused row is told with its line and left out. `dry` = as if it had never been."""
    counts, seen, left = Counts(), set[tuple[Any, ...]](), iter(rows)
    while batch := list(islice(left, BATCH)):
        _batch(register, batch, counts, seen, refuse)
    record("register.imported", subject=f"register:{register}", actor=actor_key, data=vars(counts).copy())
    if dry:
        transaction.set_rollback(True)
    return counts


def _batch(register: str, batch: Sequence[Raw], counts: Counts, seen: set[tuple[Any, ...]], refuse: Refuse) -> None:
    table, natural = TABLES[register]
    holders = Holders.of([row.values for row in batch]) if register in HELD else Holders()
    found: dict[tuple[Any, ...], Values] = {}
    for row in batch:
        try:
            values = _read(register, row, holders)
            key = tuple(values[name] for name in natural)
            if key in seen:
                raise Wrong("Dieser Eintrag steht schon weiter oben in der Datei.")
        except Wrong as wrong:
            counts.refused += 1
            refuse(row.line, str(wrong))
            continue
        seen.add(key)
        found[key] = values
    if register == "civil":
        _write_civil(found, counts)
        return
    if register == "residents":
        _with_homes(found.values())
    _write(table, natural, found, counts)


def _read(register: str, row: Raw, holders: Holders) -> Values:
    if row.problem:
        raise Wrong(row.problem)
    table, _natural = TABLES[register]
    given = {name: value for name, value in row.values.items() if name is not None}
    if register in HELD:
        return clean(table, given, COLUMNS) | holders.find(given)
    if register == "residents":
        return clean(table, given, {*HOME, "household"}) | {"home": _home(given)}
    if register == "civil":
        people = _people(given)
        own = {name: value for name, value in given.items() if name != "people" and not name.startswith("people.")}
        return clean(table, own, set()) | {"people": people}
    return clean(table, given, set())


def _people(given: Mapping[str, Any]) -> list[Values]:
    """`people` as a list of objects (JSON), or as columns people.1.role, people.1.given_names, … (CSV)."""
    told = given.get("people", [])
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise Wrong("„people“ muss eine Liste von Personen sein.")
    numbered: dict[str, Values] = {}
    for name, value in given.items():
        if name.startswith("people.") and name.count(".") == 2 and value not in (None, ""):
            numbered.setdefault(name.split(".")[1], {})[name.split(".")[2]] = value
    people = [clean(CivilPerson, one, set()) for one in [*told, *(numbered[place] for place in sorted(numbered))]]
    if not people:
        raise Wrong("Der Eintrag nennt niemanden.")
    return people


def _home(given: Mapping[str, Any]) -> Values:
    told = clean(Household, {name: given.get(name, "") for name in HOME}, {"number"})
    return told | {"number": str(given.get("household") or given.get("key") or "")[:40]}


def _with_homes(rows: Iterable[Values]) -> None:
    """Households of these rows, new or moved; every row then points to its own."""
    rows = list(rows)
    homes = {row["home"]["number"]: row["home"] for row in rows}
    Household.objects.bulk_create(
        [Household(**home) for home in homes.values()],
        update_conflicts=True,
        unique_fields=["number"],
        update_fields=list(HOME),
    )
    numbers = dict(Household.objects.filter(number__in=homes).values_list("number", "pk"))
    for row in rows:
        row["household_id"] = numbers[row.pop("home")["number"]]


def _write(
    table: type[models.Model], natural: tuple[str, ...], found: Mapping[tuple[Any, ...], Values], counts: Counts
) -> None:
    known = {tuple(getattr(row, name) for name in natural): row for row in _existing(table, natural, found)}
    new = [table(**values) for key, values in found.items() if key not in known]
    changed, names = [], set[str]()
    for key, row in known.items():
        different = {name: value for name, value in found[key].items() if getattr(row, name) != value}
        for name, value in different.items():
            setattr(row, name, value)
        if different:
            changed.append(row)
            names |= set(different)
    table._default_manager.bulk_create(new, batch_size=BATCH)
    if changed:
        table._default_manager.bulk_update(changed, [name.removesuffix("_id") for name in names], batch_size=BATCH)
    counts.new += len(new)
    counts.changed += len(changed)
    counts.unchanged += len(known) - len(changed)


def _existing(
    table: type[models.Model], natural: tuple[str, ...], found: Mapping[tuple[Any, ...], Values]
) -> Iterator[models.Model]:
    """Rows that are there already: by the last part of the key, the others compared here."""
    told = table._default_manager.filter(**{f"{natural[-1]}__in": {key[-1] for key in found}})
    return (row for row in told.select_for_update() if tuple(getattr(row, name) for name in natural) in found)


def _write_civil(found: Mapping[tuple[Any, ...], Values], counts: Counts) -> None:
    natural = TABLES["civil"][1]
    people = {key: values.pop("people") for key, values in found.items()}
    told = list(columns(CivilPerson))
    before = Counts(counts.new, counts.changed, counts.unchanged)
    old = {
        tuple(getattr(row, name) for name in natural): [{name: getattr(one, name) for name in told} for one in row.people.all()]
        for row in CivilRecord.objects.filter(register_number__in={key[-1] for key in found}).prefetch_related(
            models.Prefetch("people", CivilPerson.objects.order_by("pk"))
        )
    }
    same = {key for key in found if old.get(key) == people[key]}
    _write(CivilRecord, natural, found, counts)
    told_rows = CivilRecord.objects.filter(register_number__in={key[-1] for key in found})
    rows = {(row.kind, row.office, row.register_number): row for row in told_rows}
    anew = [rows[key] for key in found if key not in same]
    CivilPerson.objects.filter(record__in=anew).delete()
    CivilPerson.objects.bulk_create(
        CivilPerson(record=rows[key], **one) for key in found if key not in same for one in people[key]
    )
    # Only the people differ: that is a change, too.
    differ = len({key for key in old if key in found and key not in same})
    missed = max(0, differ - (counts.changed - before.changed))
    counts.changed += missed
    counts.unchanged -= missed
