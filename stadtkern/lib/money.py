"""Money is integer cents; a Kassenzeichen is a running number that notices a typing error."""

import re
from decimal import Decimal

from stdnum.iso7064 import mod_97_10


def in_euros(cents: int) -> str:
    """`123456` as "1.234,56 €", with the no-break space that keeps figure and sign together."""
    sign = "-" if cents < 0 else ""
    euros, rest = divmod(abs(cents), 100)
    return f"{sign}{euros:,}".replace(",", ".") + f",{rest:02d}\u00a0€"


def as_decimal(cents: int) -> Decimal:
    """Cents as euros with exactly two decimals, as interfaces want them."""
    return Decimal(cents).scaleb(-2).quantize(Decimal("0.01"))


def from_decimal(euros: Decimal | str | float | int) -> int:
    """Euros of an interface as cents; ValueError when there are fractions of a cent or no number at all."""
    try:
        cents = Decimal(str(euros)).scaleb(2)
        whole = int(cents)
    except (ArithmeticError, ValueError) as error:
        raise ValueError(f"{euros!r} is no amount of money") from error
    if whole != cents:
        raise ValueError(f"{euros!r} has fractions of a cent")
    return whole


def tax_on(net: int, basis_points: int) -> int:
    """Tax on a net amount, rounded half up to the cent (and half down below zero, so that a reduction undoes its fee)."""
    return _half_up(net * basis_points, 10_000)


def tax_within(gross: int, basis_points: int) -> int:
    """Tax contained in a gross amount, rounded the same way; net is what remains, so the two always add up."""
    return _half_up(gross * basis_points, 10_000 + basis_points)


def _half_up(value: int, by: int) -> int:
    rounded = (2 * abs(value) + by) // (2 * by)
    return rounded if value >= 0 else -rounded


def kassenzeichen(number: int, prefix: str = "") -> str:
    """`(123, "MU")` as "MU-0000-0123-80": eight digits or more, then two check digits (ISO 7064 MOD 97-10).

    Only letters, digits and hyphens, at most 27 characters (XBezahldienste `purpose`). The check digits find every
    wrong digit and every swapped pair.
    """
    digits = f"{number:08d}"
    head, body = digits[:-4], digits[-4:]
    parts = [prefix, head, body, mod_97_10.calc_check_digits(digits)]
    text = "-".join(part for part in parts if part)
    if len(text) > 27 or not re.fullmatch(r"[A-Za-z0-9-]+", text):
        raise ValueError(f"{text!r} is no Kassenzeichen of at most 27 letters, digits and hyphens")
    return text


def valid_kassenzeichen(text: str) -> bool:
    """Whether the check digits fit; the prefix and any spaces or hyphens do not count."""
    digits = re.sub(r"\D", "", re.sub(r"^[^-]*[A-Za-z][^-]*-", "", text.strip()))
    return len(digits) >= 10 and mod_97_10.is_valid(digits)


def from_typed(text: str) -> int | None:
    """An amount somebody typed ("1.234,56", "12,5", "12.50 €", "12"), in cents; None for what is none or not above zero."""
    plain = text.replace("\x00", "").replace("€", "").replace("\u00a0", " ").strip()
    if not re.fullmatch(r"(\d{1,9}|\d{1,3}(\.\d{3}){1,2})([.,]\d{1,2})?", plain, re.ASCII):
        return None
    whole, _, rest = plain.partition(",") if "," in plain else (plain, "", "")
    if not rest and (point := re.fullmatch(r"(\d+)\.(\d{1,2})", plain)):
        whole, rest = point.groups()
    return int(whole.replace(".", "")) * 100 + int(rest.ljust(2, "0") or 0) or None
