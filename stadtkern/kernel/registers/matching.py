"""Who of the residents is this, given what a proof of identity states: a read that no field of a form asks."""

import unicodedata
import uuid
from collections.abc import Mapping
from typing import Any

from .models import Resident


def keys_of(facts: Mapping[str, Any]) -> list[uuid.UUID]:
    """Keys of the residents with exactly these names, this birth date and this address; spelling of "Str." aside."""
    rows = Resident.objects.select_related("household").filter(birth_date=facts["birth_date"])
    wanted = _fingerprint(facts["given_names"], facts["family_name"], facts)
    return [row.key for row in rows if _fingerprint(row.given_names, row.family_name, _address(row)) == wanted]


def _address(row: Resident) -> dict[str, str]:
    home = row.household
    return {"street": home.street, "house_number": home.house_number, "postcode": home.postcode}


def _fingerprint(given: str, family: str, address: Mapping[str, Any]) -> tuple[str, ...]:
    street = _plain(address["street"]).replace("strasse", "str").replace("straße", "str").replace("str.", "str")
    number = _plain(str(address.get("house_number") or "")).replace(" ", "")
    return (_plain(given), _plain(family), street, number, str(address["postcode"]).strip())


def _plain(text: str) -> str:
    """One spelling of the same letters (NFC), no double blanks, no difference of case. Umlauts and accents count."""
    return " ".join(unicodedata.normalize("NFC", text).split()).lower()
