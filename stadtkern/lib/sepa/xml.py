"""What payment files have in common: elements, parties, amounts, and the check against the ISO schema at the end."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files

from lxml import etree

from .text import sepa_reference, sepa_text

Node = etree._Element


class NotValid(ValueError):
    """The file does not follow its schema: nothing is written, an operator must look."""


@dataclass(frozen=True)
class Holder:
    """Our own side: the account, and for direct debits the creditor identifier."""

    name: str
    iban: str
    bic: str = ""
    creditor_id: str = ""


def document(message: str, root_name: str) -> tuple[Node, Node]:
    """(Document, the message below it) of for example pain.008.001.08."""
    space = f"urn:iso:std:iso:20022:tech:xsd:{message}"
    root = etree.Element(f"{{{space}}}Document", nsmap={None: space})  # type: ignore[dict-item]
    return root, add(root, root_name)


def header(node: Node, number: str, created_at: datetime, count: int, cents: int, name: str) -> None:
    """GrpHdr: who sends how many payments of which sum."""
    head = add(node, "GrpHdr")
    add(head, "MsgId", sepa_reference(number))
    add(head, "CreDtTm", created_at.strftime("%Y-%m-%dT%H:%M:%S"))
    add(head, "NbOfTxs", str(count))
    add(head, "CtrlSum", euros(cents))
    add(add(head, "InitgPty"), "Nm", sepa_text(name, 70))


def information(node: Node, number: str, method: str, count: int, cents: int) -> Node:
    """PmtInf: one batch; its number stands on the bank's statement later."""
    batch = add(node, "PmtInf")
    add(batch, "PmtInfId", sepa_reference(number))
    add(batch, "PmtMtd", method)
    add(batch, "BtchBookg", "true")
    add(batch, "NbOfTxs", str(count))
    add(batch, "CtrlSum", euros(cents))
    return batch


def party(node: Node, role: str, name: str, iban: str) -> None:
    """Name and account of one side."""
    add(add(node, role), "Nm", sepa_text(name, 70) or "NOTPROVIDED")  # one odd name must not stop the file of all
    add(add(add(node, f"{role}Acct"), "Id"), "IBAN", iban)


def agent(node: Node, role: str, bic: str, bic_name: str) -> None:
    """The bank: its BIC, or the word that the IBAN alone is enough."""
    institution = add(add(node, f"{role}Agt"), "FinInstnId")
    if bic:
        add(institution, bic_name, bic)
    else:
        add(add(institution, "Othr"), "Id", "NOTPROVIDED")


def remittance(node: Node, text: str) -> None:
    """Verwendungszweck."""
    add(add(node, "RmtInf"), "Ustrd", sepa_text(text, 140))


def finished(root: Node, message: str) -> bytes:
    """The file as bytes, checked against the schema. Raises NotValid."""
    data = bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))
    check(data, message)
    return data


def check(data: bytes, message: str) -> None:
    """Whether a file follows the ISO schema of its message. Raises NotValid."""
    schema = _schema(message)
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    if not schema.validate(etree.fromstring(data, parser)):
        raise NotValid(str(schema.error_log)[:300])


@cache
def _schema(message: str) -> etree.XMLSchema:
    """The ISO schemas come with the library sepaxml."""
    return etree.XMLSchema(etree.fromstring(files("sepaxml").joinpath(f"schemas/{message}.xsd").read_bytes()))


def amount(node: Node, name: str, cents: int) -> None:
    """An amount in euros."""
    if not 0 < cents <= 99_999_999_999:
        raise ValueError(f"{cents} cents cannot be paid")
    add(node, name, euros(cents)).set("Ccy", "EUR")


def day(node: Node, name: str, value: date, nested: bool = False) -> None:
    """A date; newer versions nest it."""
    if nested:
        add(add(node, name), "Dt", value.isoformat())
    else:
        add(node, name, value.isoformat())


def euros(cents: int) -> str:
    """1250 as "12.50"."""
    return f"{cents // 100}.{cents % 100:02d}"


def add(node: Node, name: str, text: str | None = None) -> Node:
    """A child of the same namespace."""
    made = etree.SubElement(node, etree.QName(etree.QName(node).namespace, name))
    made.text = text
    return made
