"""Accounts: an IBAN somebody typed, how it is shown, creditor identifiers."""

import re

from stdnum import iban as standard
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

# Countries of the SEPA scheme (EPC list, 2025): their accounts can pay and be debited in euros.
SEPA = frozenset(
    """
    AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS SE SI
    SK SM VA
    """.split()  # noqa: SIM905 - as the council publishes it
)


class NoAccount(ValueError):
    """What was typed is no account we can use; the message (German) says what to do."""


def read_iban(text: str) -> str:
    """The IBAN without blanks, in capitals, checked in every way its country allows. Raises NoAccount."""
    plain = re.sub(r"[\s\u00a0.-]", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}[0-9A-Z]{13,32}", plain, re.ASCII):
        raise NoAccount("Geben Sie die IBAN vollständig ein, zum Beispiel DE02 1203 0000 0000 2020 51.")
    try:
        found = str(standard.validate(plain))
    except ValidationError as error:
        raise NoAccount("Diese IBAN enthält einen Tippfehler. Vergleichen Sie sie mit Ihrer Bankkarte.") from error
    if found[:2] not in SEPA:
        raise NoAccount("Von diesem Land aus geht keine SEPA-Zahlung. Nehmen Sie ein Konto in einem SEPA-Land.")
    return found


def masked(iban: str) -> str:
    """What may stand on a page: "DE02 … 2051"."""
    return f"{iban[:4]} … {iban[-4:]}" if len(iban) > 8 else "…"


def grouped(iban: str) -> str:
    """In groups of four, as on paper."""
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))


def is_creditor_id(text: str) -> bool:
    """Gläubiger-Identifikationsnummer: check digits over everything but the three letters of the business code."""
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{3}[A-Z0-9]{1,28}", text, re.ASCII):
        return False
    return bool(mod_97_10.is_valid(text[7:] + text[:4]))
