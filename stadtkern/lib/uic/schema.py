"""The fields of a ticket's barcode as ASN.1, compiled once per process.

Only what we write and judge is described. Members that we never use keep their place with the type Unused (no bits of their
own), so that the ones behind them lie where every other reader looks for them. Whoever sets one of them is refused as a format
we do not know, never half understood.
"""

from functools import cache
from typing import Any

UNUSED = "unused"  # how names of places begin that we do not describe

_UNUSED = iter(range(10_000))


def _skip(count: int) -> str:
    """Places of optional members which we do not describe."""
    return ", ".join(f"{UNUSED}{next(_UNUSED)} NULL OPTIONAL" for _ in range(count))


FRAME = """
Barcode DEFINITIONS AUTOMATIC TAGS ::= BEGIN

Frame ::= SEQUENCE { format IA5String, signed Signed, signature OCTET STRING OPTIONAL }

Signed ::= SEQUENCE { base Base, signature OCTET STRING OPTIONAL, moving Part OPTIONAL }

Base ::= SEQUENCE {
  issuerNum INTEGER (1..32000) OPTIONAL, issuer IA5String OPTIONAL, key INTEGER (0..99999) OPTIONAL,
  parts SEQUENCE OF Part,
  baseKeyKind OBJECT IDENTIFIER OPTIONAL, movingKeyKind OBJECT IDENTIFIER OPTIONAL,
  baseAlgorithm OBJECT IDENTIFIER OPTIONAL, movingAlgorithm OBJECT IDENTIFIER OPTIONAL,
  movingKey OCTET STRING OPTIONAL,
  endYear INTEGER (2016..2269) OPTIONAL, endDay INTEGER (1..366) OPTIONAL, endMinute INTEGER (0..1439) OPTIONAL,
  lives INTEGER (1..3600) OPTIONAL
}

Part ::= SEQUENCE { format IA5String, data OCTET STRING }

Moment ::= SEQUENCE {
  app IA5String OPTIONAL, at SEQUENCE { day INTEGER (1..366), second INTEGER (0..86399) } OPTIONAL,
  %(place)s, ...
}

END
""" % {"place": _skip(3)}  # noqa: UP031 - braces belong to ASN.1

_ISSUING = f"""
Issuing ::= SEQUENCE {{
  {_skip(2)}, issuerNum INTEGER (1..32000) OPTIONAL, issuer IA5String OPTIONAL,
  year INTEGER (2016..2269), day INTEGER (1..366), minute INTEGER (0..1439),
  name UTF8String OPTIONAL, specimen BOOLEAN, securePaper BOOLEAN, activated BOOLEAN,
  currency IA5String (SIZE(3)) DEFAULT "EUR", fraction INTEGER (1..3) DEFAULT 2,
  {_skip(6)}, ...
}}
"""

_PEOPLE = f"""
People ::= SEQUENCE {{ people SEQUENCE OF Passenger OPTIONAL, {_skip(2)}, ... }}

Passenger ::= SEQUENCE {{
  first UTF8String OPTIONAL, {_skip(1)}, last UTF8String OPTIONAL, {_skip(9)}, holder BOOLEAN, {_skip(6)}, ...
}}
"""

_DOCUMENT = f"""
Document ::= SEQUENCE {{ {_skip(1)}, ticket CHOICE {{
  reservation NULL, car NULL, open Open, pass NULL, voucher NULL, card NULL, mark NULL, parking NULL, duty NULL, station NULL,
  own NULL, delay NULL, ... }}, ... }}

Open ::= SEQUENCE {{
  {_skip(1)}, reference IA5String OPTIONAL, {_skip(1)}, owner IA5String OPTIONAL, {_skip(1)}, product IA5String OPTIONAL,
  {_skip(2)}, return BOOLEAN,
  table ENUMERATED {{ uic(0), reservation(1), era(2), local(3), own(4) }} DEFAULT uic,
  {_skip(6)}, where UTF8String OPTIONAL, zones SEQUENCE OF Where OPTIONAL, {_skip(1)},
  fromDay INTEGER (-367..700) DEFAULT 0, fromMinute INTEGER (0..1439) OPTIONAL, {_skip(1)},
  untilDay INTEGER (-1..500) DEFAULT 0, untilMinute INTEGER (0..1439) OPTIONAL, {_skip(2)},
  class ENUMERATED {{ none(0), first(1), second(2), tourist(3), comfort(4), premium(5), business(6), all(7), premiumFirst(8),
    standardFirst(9), premiumSecond(10), standardSecond(11), ... }} DEFAULT second,
  {_skip(5)}, tariffs SEQUENCE OF Tariff OPTIONAL, price INTEGER OPTIONAL, {_skip(1)}, info UTF8String OPTIONAL, {_skip(5)}, ...
}}

Where ::= CHOICE {{ train NULL, stations NULL, zones Zones, lines NULL, shape NULL, ... }}

Zones ::= SEQUENCE {{
  {_skip(1)}, carrier IA5String OPTIONAL,
  table ENUMERATED {{ uic(0), reservation(1), era(2), local(3), own(4) }} DEFAULT uic,
  {_skip(5)}, ids SEQUENCE OF INTEGER OPTIONAL, {_skip(2)}, ...
}}

Tariff ::= SEQUENCE {{
  count INTEGER (1..200) DEFAULT 1,
  kind ENUMERATED {{ adult(0), senior(1), child(2), youth(3), dog(4), bicycle(5), free(6), freeChild(7), ... }} OPTIONAL,
  {_skip(3)}, residence BOOLEAN, {_skip(4)}, name UTF8String OPTIONAL, {_skip(1)}, ...
}}
"""

_CONTROL = f"""
Control ::= SEQUENCE {{
  {_skip(1)}, idCard BOOLEAN, passport BOOLEAN, {_skip(1)}, validatePassport BOOLEAN, online BOOLEAN, {_skip(1)},
  age BOOLEAN, reduction BOOLEAN, info UTF8String OPTIONAL, {_skip(2)}, ...
}}
"""

TICKET = f"""
Ticket DEFINITIONS AUTOMATIC TAGS ::= BEGIN

Ticket ::= SEQUENCE {{
  issuing Issuing, people People OPTIONAL, documents SEQUENCE OF Document OPTIONAL, control Control OPTIONAL, {_skip(1)}, ...
}}
{_ISSUING}{_PEOPLE}{_DOCUMENT}{_CONTROL}
END
"""


@cache
def compiled() -> Any:
    """Frame, Signed, Base, Moment and Ticket, ready to pack and unpack."""
    import asn1tools  # takes a moment: only who handles tickets waits for it

    return asn1tools.compile_string(FRAME + TICKET, "uper")


def unpacked(kind: str, data: bytes) -> dict[str, Any]:
    """Bytes as a table of names. ValueError where they are nothing of that kind."""
    import asn1tools

    try:
        told: dict[str, Any] = compiled().decode(kind, data)
    except (asn1tools.DecodeError, NotImplementedError) as problem:  # the latter: extensions longer than the packer reads
        raise ValueError(f"no {kind}") from problem
    return told


@cache
def layout() -> dict[str, Any]:
    """The rail ticket data as tables, for readers in other languages: the browser of an inspector unpacks with these."""
    import asn1tools

    types = asn1tools.parse_string(TICKET)["Ticket"]["types"]
    return {name: _laid_out(one) for name, one in types.items()}


def _laid_out(one: Any) -> Any:
    """Only what decides about bits: kind, members, bounds, defaults."""
    told: dict[str, Any] = {"type": one["type"]}
    if "members" in one:
        members = [member for member in one["members"] if member is not None]
        told["members"] = [{"name": member["name"], **_laid_out(member)} for member in members]
        told["open"] = None in one["members"]
    if "values" in one:
        told["values"] = [value[0] for value in one["values"] if value is not None]
        told["open"] = None in one["values"]
    if "element" in one:
        told["element"] = _laid_out(one["element"])
    if "restricted-to" in one:
        told["least"], told["most"] = one["restricted-to"][0]
    if "size" in one:
        told["size"] = one["size"][0]
    for name in ("optional", "default"):
        if name in one:
            told[name] = one[name]
    return told
