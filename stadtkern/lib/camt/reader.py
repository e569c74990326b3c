"""camt.053 to statements: one reader for all versions, strict about money, patient about everything else."""

import re
from collections.abc import Iterator
from datetime import date

from lxml import etree

from .details import Trouble, amount_of, moment_of, movements_of, texts_at
from .files import CamtError
from .model import Movement, Statement

Node = etree._Element
_SPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:((?:camt|pain|pacs)\.\d{3})\.001\.(\d{2})")
_OTHER = {
    "camt.052": "Das sind vorläufige Umsätze des laufenden Tages (camt.052). Gebucht wird der Kontoauszug, camt.053.",
    "camt.054": "Das ist eine Einzelumsatz-Anzeige (camt.054). Gebucht wird der Kontoauszug, camt.053.",
}
OPENING, CLOSING = ("OPBD", "PRCD"), ("CLBD",)


def read_statements(text: str) -> list[Statement]:
    """The statements of one XML text, sums checked. Raises CamtError with line and element."""
    root = _parsed(text)
    version = _version(root)
    for node in root.iter(etree.Element):
        node.tag = etree.QName(node).localname
    message = root.find("BkToCstmrStmt")
    if message is None:
        raise CamtError("Unter „Document“ fehlt „BkToCstmrStmt“: Das ist kein Kontoauszug.")
    try:
        return [_statement(node, message, version) for node in message.iterfind("Stmt")]
    except Trouble as trouble:
        raise CamtError(str(trouble)) from trouble


def _parsed(text: str) -> Node:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(text.encode("utf-8", "surrogatepass"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        where = f"Zeile {line}: " if line else ""
        raise CamtError(f"{where}Die Datei ist kein lesbares XML. Rufen Sie sie bei der Bank noch einmal ab.") from error


def _version(root: Node) -> str:
    found = _SPACE.fullmatch(etree.QName(root).namespace or "")
    if etree.QName(root).localname != "Document" or not found:
        raise CamtError("Die Datei ist kein Kontoauszug nach ISO 20022 (camt.053).")
    if found[1] != "camt.053":
        raise CamtError(_OTHER.get(found[1], f"Das ist eine Nachricht {found[1]}, kein Kontoauszug (camt.053)."))
    if not 2 <= int(found[2]) <= 13:
        raise CamtError(f"Die Version camt.053.001.{found[2]} wird nicht gelesen; bekannt sind 02 bis 13.")
    return found[2]


def _statement(node: Node, message: Node, version: str) -> Statement:
    iban = "".join((node.findtext("Acct/Id/IBAN") or node.findtext("Acct/Id/Othr/Id") or "").split()).upper()
    if not iban:
        raise Trouble(node, "Die IBAN des Kontos fehlt (Acct/Id/IBAN).")
    balances = list(_balances(node))
    opening, closing = _opening(node, balances), _closing(node, balances)
    currency = (node.findtext("Acct/Ccy") or opening[1]).strip()
    movements: list[Movement] = []
    pending = 0
    for number, entry in enumerate(node.iterfind("Ntry"), 1):
        if _status(entry) != "BOOK":
            pending += 1
            continue
        movements += movements_of(entry, number, currency)
    page, last = _page(node, message)
    made = Statement(
        id=(node.findtext("Id") or "").strip()[:35], iban=iban, currency=currency,
        opening_cents=opening[0], closing_cents=closing[0], opening_on=opening[2], closing_on=closing[2],
        number=_number(node), page=page, last_page=last, version=version,
        copy=(node.findtext("CpyDplctInd") or "").strip() in ("DUPL", "CODU", "COPY"),
        movements=tuple(movements), pending=pending,
    )  # fmt: skip
    _check(node, made, currencies={opening[1], closing[1]})
    return made


def _check(node: Node, made: Statement, currencies: set[str]) -> None:
    if currencies != {made.currency}:
        raise Trouble(
            node, f"Salden und Konto haben verschiedene Währungen: {', '.join(sorted(currencies | {made.currency}))}."
        )
    if made.opening_cents + made.total_cents != made.closing_cents:
        difference = made.closing_cents - made.opening_cents - made.total_cents
        raise Trouble(
            node,
            f"Der Auszug {made.id or made.number} geht nicht auf: Anfangssaldo {_euro(made.opening_cents)} und Umsätze "
            f"{_euro(made.total_cents)} ergeben nicht den Endsaldo {_euro(made.closing_cents)} "
            f"(Unterschied {_euro(difference)}). Rufen Sie die Datei bei der Bank noch einmal ab.",
        )
    for number, wanted, found in _summary(node, made):
        if wanted != found:
            raise Trouble(node, f"Die Zahl der Umsätze ({number}) stimmt nicht: angegeben sind {wanted}, enthalten {found}.")


def _summary(node: Node, made: Statement) -> Iterator[tuple[str, int, int]]:
    """What the bank says about the number of its entries, where it says it."""
    stated = (node.findtext("TxsSummry/TtlNtries/NbOfNtries") or "").strip()
    if stated.isascii() and stated.isdigit():
        yield "NbOfNtries", int(stated[:9]), len({one.entry for one in made.movements}) + made.pending


def _balances(node: Node) -> Iterator[tuple[str, int, str, date | None, Node]]:
    for balance in node.iterfind("Bal"):
        kind = (balance.findtext("Tp/CdOrPrtry/Cd") or balance.findtext("Tp/CdOrPrtry/Prtry") or "").strip()
        cents, currency = amount_of(balance.find("Amt"), balance)
        sign = -1 if texts_at(balance, "CdtDbtInd") == "DBIT" else 1
        yield kind, sign * cents, currency, moment_of(balance, "Dt"), balance


Balance = tuple[int, str, date | None]


def _opening(node: Node, balances: list[tuple[str, int, str, date | None, Node]]) -> Balance:
    for wanted in (*OPENING, "ITBD"):  # pages after the first begin with an interim balance
        for kind, cents, currency, on, _ in balances:
            if kind == wanted:
                return cents, currency, on
    raise Trouble(node, "Der Anfangssaldo fehlt (Bal mit OPBD oder PRCD).")


def _closing(node: Node, balances: list[tuple[str, int, str, date | None, Node]]) -> Balance:
    interim = [row for row in balances if row[0] == "ITBD"]
    began = any(row[0] in OPENING for row in balances)
    found = [row for row in balances if row[0] in CLOSING] or (interim if began else interim[1:])
    if not found:
        raise Trouble(node, "Der Endsaldo fehlt (Bal mit CLBD).")
    return found[-1][1], found[-1][2], found[-1][3]


def _status(entry: Node) -> str:
    return (entry.findtext("Sts/Cd") or entry.findtext("Sts") or "BOOK").strip()


def _number(node: Node) -> int | None:
    for name in ("ElctrncSeqNb", "LglSeqNb"):
        text = (node.findtext(name) or "").strip()
        if text.isascii() and text.isdigit() and len(text) < 10:
            return int(text)
    return None


def _page(node: Node, message: Node) -> tuple[int, bool]:
    for where in (node.find("StmtPgntn"), message.find("GrpHdr/MsgPgntn")):
        if where is not None:
            text = (where.findtext("PgNb") or "").strip()
            page = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
            return page, (where.findtext("LastPgInd") or "true").strip() in ("true", "1")
    return 1, True


def _euro(cents: int) -> str:
    return f"{cents / 100:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")
