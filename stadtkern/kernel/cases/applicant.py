"""Who applies, as far as the form, the account or the company says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stadtkern.kernel.services.catalogue import Service
from stadtkern.lib.forms.model import fields

from .models import Case

# What the answers call these facts: by register (prefill), by HTML autocomplete, by FIM building block.
_REGISTER = {
    "residents.given_names": "given_names", "residents.family_name": "family_name", "residents.street": "street",
    "residents.house_number": "house_number", "residents.postcode": "postcode", "residents.town": "town",
}  # fmt: skip
_AUTOCOMPLETE = {
    "given-name": "given_names", "family-name": "family_name", "name": "name", "organization": "organization",
    "street-address": "street", "address-line1": "street", "address-line2": "house_number", "postal-code": "postcode",
    "address-level2": "town",
}  # fmt: skip
_FIM = {
    "F60000000228": "given_names", "F60000000227": "family_name", "F60000000319": "organization",
    "F60000000243": "street", "F60000000244": "house_number", "F60000000246": "postcode", "F60000000247": "town",
}  # fmt: skip


@dataclass(frozen=True)
class Applicant:
    """Name and address for the letter; empty where nothing is known."""

    name: str = ""
    street: str = ""
    house_number: str = ""
    postcode: str = ""
    town: str = ""


def who(case: Case, service: Service) -> Applicant:
    """The company acted for, else what the form says, completed by the account."""
    if company := case.company:
        return Applicant(company.name, company.street, company.house_number, company.postcode, company.town)
    said = _said(case.answers, service)
    person = getattr(case.account, "person", None) if case.account else None
    name = (
        said.get("organization")
        or f"{said.get('given_names', '')} {said.get('family_name', '')}".strip()
        or said.get("name", "")
    )
    if not name and person:
        name = f"{person.given_names} {person.family_name}".strip()
    if not name and case.account:
        name = case.account.name
    if not (said.get("street") and said.get("town")) and person:  # half an address is none
        return Applicant(name, person.street, person.house_number, person.postcode, person.town)
    return Applicant(name, *(said.get(key, "") for key in ("street", "house_number", "postcode", "town")))


def _said(answers: Mapping[str, Any], service: Service) -> dict[str, str]:
    """The first answer to each fact, in the order of the form; what a register fills comes first."""
    plain: dict[str, str] = {}
    for path, value in answers.items():
        if isinstance(value, str) and value:
            plain.setdefault(re.sub(r"\[\d+\]", "", path), value)
    found: dict[str, str] = {}
    for path, origin in service.prefill.items():
        if (fact := _REGISTER.get(origin)) and path in plain:
            found.setdefault(fact, plain[path])
    for path, field in fields(service.form):
        fact = _AUTOCOMPLETE.get(field.autocomplete.split(" ")[-1]) or _FIM.get(field.fim[:12])
        if fact and path in plain:
            found.setdefault(fact, plain[path])
    return found
