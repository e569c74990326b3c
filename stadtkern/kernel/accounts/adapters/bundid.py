"""BundID, the citizens' account of the federation: SAML 2.0 with its own extension (names and numbers: docs/sign-in.md)."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stadtkern.kernel.city.profile import city

from ..models import Trust
from ..saml import exchange, request
from ..saml.answer import Statement, Value
from . import Departure, Identity, Refused, WrongLevel, table

NAME = "bundid"
TITLE = "BundID"
TEXT = _("Das Konto des Bundes: mit Online-Ausweis, ELSTER-Zertifikat oder Benutzername und Passwort.")
AUDIENCE = "citizens"
TRUST = Trust.HIGH
SIGNS_IN = STEPS_UP = True

OID = "urn:oid:"
BPK2 = f"{OID}1.3.6.1.4.1.25484.494450.3"
LEVEL = f"{OID}1.2.40.0.10.2.1.1.261.94"
POST_BOX = f"{OID}2.5.4.18"
MAIL = f"{OID}0.9.2342.19200300.100.1.3"
GIVEN, SURNAME, BORN, BIRTH_PLACE = f"{OID}2.5.4.42", f"{OID}2.5.4.4", f"{OID}1.2.40.0.10.2.1.1.55", f"{OID}1.3.6.1.5.5.7.9.2"
STREET, POSTCODE, TOWN, COUNTRY = f"{OID}2.5.4.16", f"{OID}2.5.4.17", f"{OID}2.5.4.7", f"{OID}1.2.40.0.10.2.1.1.225599"
# What we ask for, and whether we cannot do without. Not gender, not nationality, not the telephone: nobody here needs them.
WANTED = (
    (BPK2, True), (POST_BOX, False), (LEVEL, True), (f"{OID}1.3.6.1.4.1.25484.494450.2", False),
    (f"{OID}1.3.6.1.4.1.25484.494450.1", False), (GIVEN, True), (SURNAME, True), (BORN, False), (BIRTH_PLACE, False),
    (STREET, False), (POSTCODE, False), (TOWN, False), (COUNTRY, False), (MAIL, False),
    (f"{OID}1.3.6.1.4.1.25484.494450.10.1", False),
)  # fmt: skip
TRUST_WORDS = {
    "": None,
    "UNTERGEORDNET": Trust.NONE,
    "NORMAL": Trust.BASIC,
    "SUBSTANTIELL": Trust.SUBSTANTIAL,
    "HOCH": Trust.HIGH,
}


def connected() -> bool:
    return exchange.connected(NAME)


def begin(request_: HttpRequest, *, state: str, trust: Trust, return_url: str) -> Departure:
    settled = table(NAME)
    display, service = settled.get("display", city().name), str(settled.get("service", "STADTKERN-DEMO"))

    def ask(root: Any) -> None:
        request.extend(root, WANTED, trust, display, service)

    return exchange.depart(NAME, state, trust, ask)


def finish(*, question: Mapping[str, Any], query: Mapping[str, str]) -> Identity:
    identity = exchange.fetch(NAME, question, query)
    if identity.trust < question["trust"]:
        raise WrongLevel(identity.trust)
    return identity


def understand(statement: Statement) -> Identity:
    """The person behind a believed answer. Raises Refused when the answer contradicts itself."""
    said = statement.attributes
    trust = _level(statement.context, text(said, LEVEL))
    subject = text(said, BPK2)
    if not subject or len(subject) > 200:
        raise Refused("no bPK2")
    names = {
        "given_names": GIVEN, "family_name": SURNAME, "street": STREET, "postcode": POSTCODE, "town": TOWN,
    }  # fmt: skip
    facts: dict[str, Any] = {field: text(said, name) for field, name in names.items() if _worth(said, name, trust)}
    if (born := text(said, BORN)) and _worth(said, BORN, trust):
        facts["birth_date"] = day(born)
    if "street" in facts:
        facts["street"], facts["house_number"] = divided(facts["street"])
    if text(said, COUNTRY) not in ("", "DE"):
        facts = {field: value for field, value in facts.items() if field != "postcode"}  # ours has five digits
    place = text(said, BIRTH_PLACE) if _worth(said, BIRTH_PLACE, trust) else ""
    return Identity(
        None, trust, {field: value for field, value in facts.items() if value}, subject, email=text(said, MAIL)[:254],
        post_box=text(said, POST_BOX)[:200], birth_place=place,
    )  # fmt: skip


def _level(context: str, stated: str) -> Trust:
    levels = {word: trust for trust, word in request.LEVELS.items()}
    if context not in levels or (stated and stated != context):
        raise Refused("level")
    return levels[context]


def _worth(said: Mapping[str, Value], name: str, trust: Trust) -> bool:
    """BundID trusts some attributes less than the sign-in (typed by hand): those do not become proved facts."""
    if name not in said:
        return False
    own = TRUST_WORDS.get(said[name].trust.upper(), Trust.NONE)
    return own is None or own >= min(trust, Trust.SUBSTANTIAL)


def text(said: Mapping[str, Value], name: str) -> str:
    return said[name].text[:200] if name in said else ""


def day(written: str) -> date | None:
    """2000-12-31, or 31.12.2000 as some examples have it; incomplete dates of the identity card are no date."""
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(written, form).replace(tzinfo=timezone.get_current_timezone()).date()
        except ValueError:
            continue
    return None


_NUMBER = re.compile(r"(.+?)\s+(\d+\s?[a-zA-Z]?(?:\s?[-/]\s?\d+\s?[a-zA-Z]?)?)")


def divided(address: str) -> tuple[str, str]:
    """ "Lindenstraße 12 a" -> ("Lindenstraße", "12 a"); without a number at the end: all street."""
    found = _NUMBER.fullmatch(address)
    return (found[1], found[2][:20]) if found else (address, "")
