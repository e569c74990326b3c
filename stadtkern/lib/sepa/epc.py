"""The EPC QR code (EPC069-12, "GiroCode"): a banking app fills in the whole transfer."""

import io

import segno
from segno import helpers

from stadtkern.lib.money import as_decimal

from .text import sepa_text

MOST_CENTS = 99_999_999_999


def code(*, name: str, iban: str, cents: int, text: str, bic: str = "") -> segno.QRCode:
    """Version 002, UTF-8, error correction M as the guideline demands. ValueError for an amount no transfer can have."""
    if not 0 < cents <= MOST_CENTS:
        raise ValueError(f"{cents} cents cannot be transferred")
    return helpers.make_epc_qr(
        name=sepa_text(name, 70), iban=iban, amount=as_decimal(cents), text=sepa_text(text, 140), bic=bic or None, encoding=1
    )


def svg(*, name: str, iban: str, cents: int, text: str, bic: str = "") -> str:
    """As an SVG element, black on nothing, with the white border the standard wants."""
    out = io.BytesIO()
    made = code(name=name, iban=iban, cents=cents, text=text, bic=bic)
    made.save(out, kind="svg", border=4, xmldecl=False, svgns=True, omitsize=True)
    return out.getvalue().decode("ascii")


def address(*, name: str, iban: str, cents: int, text: str, bic: str = "") -> str:
    """The same as an address for <img>, black on white."""
    made = code(name=name, iban=iban, cents=cents, text=text, bic=bic)
    picture: str = made.svg_data_uri(scale=4, border=4, dark="#000", light="#fff")
    return picture
