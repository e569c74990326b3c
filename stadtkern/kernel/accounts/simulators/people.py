"""Invented people and companies the simulators know: `seed/identities.toml` of the city."""

import tomllib
from typing import Any

from stadtkern.kernel.city.profile import city

from ..adapters.bundid import BIRTH_PLACE, BORN, BPK2, COUNTRY, GIVEN, LEVEL, MAIL, POST_BOX, POSTCODE, STREET, SURNAME, TOWN
from ..models import Trust
from ..saml.request import LEVELS
from .idp import EKONA, Attribute

OIDS = {
    "given_names": GIVEN, "family_name": SURNAME, "birth_date": BORN, "birth_place": BIRTH_PLACE, "postcode": POSTCODE,
    "town": TOWN, "country": COUNTRY, "mail": MAIL,
}  # fmt: skip
WORDS = {Trust.BASIC: "NORMAL", Trust.SUBSTANTIAL: "SUBSTANTIELL", Trust.HIGH: "HOCH"}
PROVED_BY = {Trust.BASIC: "Benutzername", Trust.SUBSTANTIAL: "Elster", Trust.HIGH: "eID"}
ASSERTION_PROVED_BY, VERSION = "urn:oid:1.3.6.1.4.1.25484.494450.2", "urn:oid:1.3.6.1.4.1.25484.494450.1"


def of(name: str) -> dict[str, dict[str, Any]]:
    """Key -> person or company; the key is what the page's form sends back."""
    file = city().folder / "seed" / "identities.toml"
    listed = tomllib.loads(file.read_text(encoding="utf-8")).get(name, []) if file.exists() else []
    return {one["key"]: one for one in listed}


def person(one: dict[str, Any], level: Trust) -> list[Attribute]:
    """As BundID states it; what was typed by hand (mail, or everything at level 1) is trusted less."""
    told = [
        Attribute(BPK2, f"SIM-BPK2-{one['key']}"), Attribute(POST_BOX, f"SIM-POSTKORB-{one['key']}"),
        Attribute(LEVEL, LEVELS[level]), Attribute(ASSERTION_PROVED_BY, PROVED_BY[level]), Attribute(VERSION, "2022.1"),
    ]  # fmt: skip
    for field, name in OIDS.items():
        if value := str(one.get(field, "")):
            told.append(Attribute(name, value, "UNTERGEORDNET" if field == "mail" else WORDS[level]))
    if street := f"{one.get('street', '')} {one.get('house_number', '')}".strip():
        told.append(Attribute(STREET, street, WORDS[level]))
    return told


def company(one: dict[str, Any], level: Trust) -> list[Attribute]:
    """As the organisation account states it."""
    word = {Trust.BASIC: "niedrig", Trust.SUBSTANTIAL: "substanziell", Trust.HIGH: "hoch"}[level]
    told = {
        "DatenuebermittlerPseudonymId": f"du-{one['key']}", "DatenkranzTyp": "StNr", "IstTestkonto": "true",
        "ElsterVertrauensniveauAuthentifizierung": word, "ElsterVertrauensniveauIdentifizierung": word,
        "Firmenname": one["name"], "RechtsformText": one.get("legal_form", ""), "Registerart": one.get("register", ""),
        "Registernummer": one.get("register_number", ""), "Registergericht": one.get("court", ""),
        "HandelndePersonVorname": one.get("given_names", ""), "HandelndePersonNachname": one.get("family_name", ""),
    }  # fmt: skip
    address = {"Typ": "Inland", "Strasse": one["street"], "Hausnummer": one["house_number"], "PLZ": one["postcode"],
               "Ort": one["town"], "Land": "DE"}  # fmt: skip
    plain = [Attribute(name, value) for name, value in told.items() if value]
    return [*plain, Attribute("Unternehmensanschrift", parts=address, kind=f"{EKONA}:AdresseType")]
