"""pain.008: direct debits (SEPA core) as a file for the bank. Own writer: the number of each batch must be ours, because the
bank's statement names it (sepaxml draws it by lot and turns "ü" into "u"); its ISO schemas check what is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from . import xml
from .text import sepa_reference
from .xml import Holder, add

VERSIONS = ("08", "02")
SEQUENCES = ("FRST", "RCUR", "OOFF", "FNAL")


@dataclass(frozen=True)
class Debit:
    """One collection."""

    end_to_end: str
    cents: int
    mandate: str
    signed_on: date
    name: str
    iban: str
    text: str
    sequence: str
    due: date


def write(
    number: str, created_at: datetime, creditor: Holder, debits: Sequence[Debit], *, version: str = "08"
) -> tuple[bytes, dict[str, str]]:
    """The file, and end-to-end id -> number of its batch. One batch per sequence and day. ValueError, NotValid."""
    if not debits or version not in VERSIONS:
        raise ValueError("nothing to collect, or an unknown version")
    if len({one.end_to_end for one in debits}) != len(debits):
        raise ValueError("an end-to-end id stands twice")
    message = f"pain.008.001.{version}"
    root, node = xml.document(message, "CstmrDrctDbtInitn")
    xml.header(node, number, created_at, len(debits), sum(one.cents for one in debits), creditor.name)
    batches: dict[str, str] = {}
    groups = sorted({(one.due, one.sequence) for one in debits})
    for at, (due, sequence) in enumerate(groups, 1):
        rows = [one for one in debits if (one.due, one.sequence) == (due, sequence)]
        batch = f"{number}-{at}"
        _batch(node, batch, creditor, rows, version)
        batches |= {one.end_to_end: sepa_reference(batch) for one in rows}
    return xml.finished(root, message), batches


def _batch(node: xml.Node, number: str, creditor: Holder, rows: list[Debit], version: str) -> None:
    first, bic = rows[0], "BIC" if version == "02" else "BICFI"
    if first.sequence not in SEQUENCES:
        raise ValueError(f"{first.sequence} is no sequence of a direct debit")
    batch = xml.information(node, number, "DD", len(rows), sum(one.cents for one in rows))
    kind = add(batch, "PmtTpInf")
    add(add(kind, "SvcLvl"), "Cd", "SEPA")
    add(add(kind, "LclInstrm"), "Cd", "CORE")
    add(kind, "SeqTp", first.sequence)
    xml.day(batch, "ReqdColltnDt", first.due)
    xml.party(batch, "Cdtr", creditor.name, creditor.iban)
    xml.agent(batch, "Cdtr", creditor.bic, bic)
    add(batch, "ChrgBr", "SLEV")
    other = add(add(add(add(batch, "CdtrSchmeId"), "Id"), "PrvtId"), "Othr")
    add(other, "Id", creditor.creditor_id)
    add(add(other, "SchmeNm"), "Prtry", "SEPA")
    for one in rows:
        _debit(batch, one, bic)


def _debit(batch: xml.Node, one: Debit, bic: str) -> None:
    node = add(batch, "DrctDbtTxInf")
    add(add(node, "PmtId"), "EndToEndId", sepa_reference(one.end_to_end))
    xml.amount(node, "InstdAmt", one.cents)
    mandate = add(add(node, "DrctDbtTx"), "MndtRltdInf")
    add(mandate, "MndtId", sepa_reference(one.mandate))
    xml.day(mandate, "DtOfSgntr", one.signed_on)
    xml.agent(node, "Dbtr", "", bic)
    xml.party(node, "Dbtr", one.name, one.iban)
    xml.remittance(node, one.text)
