"""Values of a rule against the field they are compared with: codes found among the options, numbers, days, yes and no."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from stadtkern.lib.forms.model import Field, Kind
from stadtkern.lib.forms.rules.german import vocabulary as v
from stadtkern.lib.forms.rules.german.prose import Literal
from stadtkern.lib.forms.rules.german.words import NotUnderstood

_CODED = re.compile(r"\s*([0-9]{1,8}|[A-Z]{1,3})\s*[-–=: ]\s*(\S.*)", re.DOTALL)
NUMBERS = (Kind.NUMBER, Kind.DECIMAL, Kind.MONEY)
_TEXTS = (Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.IBAN)


@dataclass(frozen=True, slots=True)
class Codes:
    """Texts that are the value: one, or code and label where the list of the field is not at hand."""

    texts: tuple[str, ...]


def truth(literal: Literal) -> bool | None:
    """True or False for "wahr", "nein", `001 "Ja"`; None when it is neither."""
    for text in (literal.label, literal.text):
        word = text.casefold().strip(" .")
        if word in v.YES:
            return True
        if word in v.NO:
            return False
        coded = _CODED.fullmatch(text)
        if coded and (word := coded.group(2).casefold().strip(" .")) in v.YES | v.NO:
            return word in v.YES
    return None


@lru_cache(maxsize=8192)
def _plain(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())


def codes(field: Field, literal: Literal) -> Codes:
    """The code meant; NotUnderstood when the field knows no such option."""
    text, name = literal.text, literal.label
    if not name and (coded := _CODED.fullmatch(text)) and not any(o.code == text for o in field.options):
        split = Literal(coded.group(1), coded.group(2).strip())
    else:
        split = literal
    if not field.options:
        if split is not literal or name:
            return Codes((split.text, split.label))
        return Codes((text,))
    found = _among(field, split) or (_among(field, literal) if split is not literal else "")
    if not found and (value := truth(literal)) is not None:
        found = _yes_or_no(field, value)
    if not found:
        raise NotUnderstood(f"„{f'{text} {name}'.strip()}“ ist keine Auswahl von „{field.label}“.")
    return Codes((found,))


def _among(field: Field, literal: Literal) -> str:
    exact = next((o for o in field.options if o.code == literal.text), None)
    label = _plain(literal.label or literal.text)
    named = [o for o in field.options if label and _plain(o.label) == label]
    if exact is not None:
        other = len(named) == 1 and named[0].code != exact.code and _plain(exact.label) != label
        if literal.label and (other or not _akin(exact.label, literal.label)):
            raise NotUnderstood(f"Code {literal.text} und Bezeichnung „{literal.label}“ passen nicht zusammen.")
        return exact.code
    if len(named) == 1:
        return named[0].code
    if literal.text.isdecimal():
        same = [o for o in field.options if o.code.isdecimal() and int(o.code) == int(literal.text)]
        if len(same) == 1 and (not literal.label or _plain(same[0].label) == label):
            return same[0].code
    return ""


def _akin(a: str, b: str) -> bool:
    """Whether two names of an option have a word in common, endings aside; a number or sign alone is no name."""
    words = ({word[:4] for word in _plain(text).split()} for text in (a, b))
    first, second = words
    return not first or not second or bool(first & second)


def _yes_or_no(field: Field, value: bool) -> str:
    words = v.YES if value else v.NO
    fits = [o.code for o in field.options if _plain(o.label) in words]
    return fits[0] if len(fits) == 1 else ""


def number(field: Field, text: str) -> int | float:
    """The number meant, money in cents; NotUnderstood when it is none."""
    plain = text.replace(".", "").replace(",", ".") if "," in text or re.fullmatch(r"\d{1,3}(\.\d{3})+", text) else text
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise NotUnderstood(f"„{field.label}“ ist eine Zahl, „{text}“ nicht.") from None
    if field.kind is Kind.MONEY:
        value *= 100
    return int(value) if value == value.to_integral_value() else float(value)


def is_text(field: Field) -> bool:
    """Whether its answers are free text (also a choice whose code list is missing)."""
    return field.kind in _TEXTS


def family(field: Field) -> str:
    """What its answers can be compared with: "number", "date", "code", "yes", "text" or "" (files, hints)."""
    if field.kind in NUMBERS:
        return "number"
    if field.kind in (Kind.DATE, Kind.DATETIME):
        return "date"
    if field.kind is Kind.CHOICE or field.code_list:
        return "code"
    if field.kind is Kind.YES_NO:
        return "yes"
    return "text" if field.kind in (*_TEXTS, Kind.TIME) else ""
