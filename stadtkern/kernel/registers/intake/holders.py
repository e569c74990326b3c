"""Whose entry a row is: by key, by name and birthday, or by the company's number. Whoever is not certain is nobody."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from stadtkern.kernel.accounts.models import Company

from ..models import Resident
from .columns import Wrong, day, key

PERSON = ("family_name", "given_names", "birth_date")
COLUMNS = {"person_key", *PERSON, "company_register_number"}
Named = tuple[str, str, date]


@dataclass
class Holders:
    """The people and companies named by one batch of rows, found with two queries."""

    people: dict[Named, list[uuid.UUID]] = field(default_factory=dict)
    companies: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Any]]) -> "Holders":
        found = cls()
        names = {str(row.get("family_name", "")).strip() for row in rows} - {""}
        numbers = {str(row.get("company_register_number", "")).strip() for row in rows} - {""}
        if names:
            told = Resident.objects.filter(family_name__in=names)
            for person, *named in told.values_list("key", *PERSON):
                found.people.setdefault(tuple(named), []).append(person)
        if numbers:
            for pk, number in Company.objects.filter(register_number__in=numbers).values_list("pk", "register_number"):
                found.companies.setdefault(number, []).append(pk)
        return found

    def find(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """`person_key` and `company_id` of this row. Raises Wrong."""
        number = str(row.get("company_register_number") or "").strip()
        if number:
            return {"person_key": None, "company_id": _only(self.companies.get(number, []), f"die Firma {number[:40]}")}
        if given := str(row.get("person_key") or "").strip():
            return {"person_key": key("person_key", given), "company_id": None}
        family, names, born = (str(row.get(name) or "").strip() for name in PERSON)
        if not (family and names and born):
            raise Wrong("Es steht nicht da, wem der Eintrag gehört.")
        person = _only(self.people.get((family, names, day("birth_date", born)), []), "diese Person")
        return {"person_key": person, "company_id": None}


def _only(found: Sequence[Any], what: str) -> Any:
    if not found:
        raise Wrong(f"Wir kennen {what} nicht.")
    if len(found) > 1:
        raise Wrong(f"Wir kennen {what} mehrfach; nötig ist der Schlüssel.")
    return found[0]
