"""Questions that always come together: an address, a person, a bank account."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from stadtkern.lib.forms.model import Field, Group, Kind

POSTCODE = r"(0[1-9]|[1-9][0-9])[0-9]{3}"


def _street(key: str = "street") -> Field:
    return Field(key, "Straße", Kind.TEXT, max_length=55, autocomplete="address-line1")


def _house_number() -> Field:
    hint = "zum Beispiel 12, 12 a oder 12-14"
    pattern = r"[0-9]{1,4}( ?[A-Za-z])?( ?[-/+] ?[0-9]{1,4}( ?[A-Za-z])?)?( [0-9/]{1,6})?"
    return Field("house_number", "Hausnummer", Kind.TEXT, max_length=16, pattern=pattern, pattern_hint=hint)


def _address() -> tuple[Field, ...]:
    postcode = Field(
        "postcode", "Postleitzahl", Kind.TEXT, max_length=5, pattern=POSTCODE, pattern_hint="fünf Ziffern, zum Beispiel 49999",
        autocomplete="postal-code",
    )  # fmt: skip
    return _street(), _house_number(), postcode, Field("town", "Ort", Kind.TEXT, max_length=60, autocomplete="address-level2")


def _person() -> tuple[Field, ...]:
    return (
        Field("doctoral_degree", "Doktorgrad", Kind.TEXT, minimum=0, max_length=30, help="zum Beispiel Dr."),
        Field(
            "given_names", "Vornamen", Kind.TEXT, max_length=80, help="alle Vornamen, wie im Ausweis", autocomplete="given-name"
        ),
        Field("family_name", "Familienname", Kind.TEXT, max_length=80, autocomplete="family-name"),
        Field(
            "birth_name", "Geburtsname", Kind.TEXT, minimum=0, max_length=80, help="nur wenn er anders ist als der Familienname"
        ),
        Field("birth_date", "Geburtsdatum", Kind.DATE, min_value="1900-01-01", max_value="today", autocomplete="bday"),
        Field("birth_place", "Geburtsort", Kind.TEXT, max_length=80),
    )


def _bank_account() -> tuple[Field, ...]:
    return (
        Field("holder", "Kontoinhaberin oder Kontoinhaber", Kind.TEXT, max_length=70, autocomplete="name"),
        Field("iban", "IBAN", Kind.IBAN, max_length=34),
    )


_PARTS: dict[str, Callable[[], tuple[Field, ...]]] = {"address": _address, "person": _person, "bank_account": _bank_account}
_USUAL = {"person": ("given_names", "family_name", "birth_date")}
KINDS = frozenset(_PARTS)


def expand(
    kind: str,
    key: str,
    label: str,
    *,
    minimum: int = 1,
    maximum: int | None = 1,
    help: str = "",
    when: Mapping[str, Any] | None = None,
    parts: tuple[str, ...] | None = None,
    own: bool = True,
) -> Group:
    """The group behind kind "address", "person" or "bank_account"; ValueError for another kind or an unknown part.

    `parts` = keys of the wanted fields in their order (of a person by default given_names, family_name, birth_date);
    `own` = it is about the person who fills in: only then may the browser complete the fields.
    """
    if kind not in _PARTS:
        raise ValueError(f"unknown composite {kind!r}, known: {', '.join(sorted(KINDS))}")
    known = {field.key: field for field in _PARTS[kind]()}
    wanted = parts or _USUAL.get(kind) or tuple(known)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise ValueError(f"{kind} has no part {', '.join(unknown)}, known: {', '.join(known)}")
    private = own and maximum == 1
    children = tuple(known[name] if private else replace(known[name], autocomplete="") for name in wanted)
    return Group(key, label, children, minimum, maximum, help, when)
