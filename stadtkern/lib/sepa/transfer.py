"""pain.001: transfers as a file for the bank, for money that goes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from . import xml
from .text import sepa_reference
from .xml import Holder, add

VERSIONS = ("09", "03")


@dataclass(frozen=True)
class Transfer:
    """One payment to somebody."""

    end_to_end: str
    cents: int
    name: str
    iban: str
    text: str


def write(
    number: str, created_at: datetime, payer: Holder, transfers: Sequence[Transfer], *, on: date, version: str = "09"
) -> bytes:
    """The file: one batch, booked on one day. ValueError, NotValid."""
    if not transfers or version not in VERSIONS:
        raise ValueError("nothing to pay, or an unknown version")
    if len({one.end_to_end for one in transfers}) != len(transfers):
        raise ValueError("an end-to-end id stands twice")
    message, old = f"pain.001.001.{version}", version == "03"
    total = sum(one.cents for one in transfers)
    root, node = xml.document(message, "CstmrCdtTrfInitn")
    xml.header(node, number, created_at, len(transfers), total, payer.name)
    batch = xml.information(node, f"{number}-1", "TRF", len(transfers), total)
    add(add(add(batch, "PmtTpInf"), "SvcLvl"), "Cd", "SEPA")
    xml.day(batch, "ReqdExctnDt", on, nested=not old)
    xml.party(batch, "Dbtr", payer.name, payer.iban)
    xml.agent(batch, "Dbtr", payer.bic, "BIC" if old else "BICFI")
    add(batch, "ChrgBr", "SLEV")
    for one in transfers:
        node = add(batch, "CdtTrfTxInf")
        add(add(node, "PmtId"), "EndToEndId", sepa_reference(one.end_to_end))
        xml.amount(add(node, "Amt"), "InstdAmt", one.cents)
        xml.party(node, "Cdtr", one.name, one.iban)
        xml.remittance(node, one.text)
    return xml.finished(root, message)
