"""Mein Unternehmenskonto, the companies' account with ELSTER certificate: SAML 2.0 (what is verified: docs/sign-in.md)."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..models import Trust
from ..saml import exchange
from ..saml.answer import Statement, Value
from . import Departure, Identity, Refused, WrongLevel

NAME = "organisation"
TITLE = _("Mein Unternehmenskonto")
TEXT = _("Für Firmen und Vereine: mit dem ELSTER-Organisationszertifikat. Sie handeln danach für die Firma.")
AUDIENCE = "companies"
TRUST = Trust.SUBSTANTIAL
SIGNS_IN, STEPS_UP = True, False

PSEUDONYM = "DatenuebermittlerPseudonymId"
AUTHENTICATION, IDENTIFICATION = "ElsterVertrauensniveauAuthentifizierung", "ElsterVertrauensniveauIdentifizierung"
WORDS = {"niedrig": Trust.BASIC, "substanziell": Trust.SUBSTANTIAL, "hoch": Trust.HIGH}


def connected() -> bool:
    return exchange.connected(NAME)


def begin(request: HttpRequest, *, state: str, trust: Trust, return_url: str) -> Departure:
    return exchange.depart(NAME, state, Trust.SUBSTANTIAL, None)


def finish(*, question: Mapping[str, Any], query: Mapping[str, str]) -> Identity:
    identity = exchange.fetch(NAME, question, query)
    if identity.trust < Trust.SUBSTANTIAL:
        raise WrongLevel(identity.trust)
    return identity


def understand(statement: Statement) -> Identity:
    """The company behind a believed answer, and who acts for it. Raises Refused when it does not name a company."""
    said = statement.attributes
    pseudonym, name = text(said, PSEUDONYM), text(said, "Firmenname")
    if not pseudonym.startswith("du-") or not name:
        raise Refused("no company")
    stated = [WORDS.get(text(said, word).lower(), Trust.NONE) for word in (AUTHENTICATION, IDENTIFICATION)]
    address = dict(said["Unternehmensanschrift"].parts) if "Unternehmensanschrift" in said else {}
    company = {
        "account_key": pseudonym,
        "name": name,
        "legal_form": (text(said, "RechtsformText") or text(said, "Rechtsform"))[:60],
        "register_number": f"{text(said, 'Registerart')} {text(said, 'Registernummer')}".strip()[:60],
        "street": address.get("Strasse", "")[:200],
        "house_number": address.get("Hausnummer", "")[:20],
        "postcode": address.get("PLZ", "")[:10],
        "town": address.get("Ort", "")[:100],
    }
    person = {"given_names": text(said, "HandelndePersonVorname"), "family_name": text(said, "HandelndePersonNachname")}
    return Identity(None, min(*stated, TRUST), {k: v for k, v in person.items() if v}, pseudonym, company=company)


def text(said: Mapping[str, Value], name: str) -> str:
    return said[name].text[:200] if name in said else ""
