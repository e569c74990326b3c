"""Statements as a bank would send them: for the demo's bank and for tests. Valid against the ISO schema of its version."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby

from lxml import etree

from .model import Movement, Statement

Node = etree._Element


def write(
    statements: Iterable[Statement], *, created_at: datetime, version: str = "08", owner: str = "", bic: str = ""
) -> bytes:
    """One message with these statements, camt.053.001.02 or .08."""
    space = f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"
    root = etree.Element(f"{{{space}}}Document", nsmap={None: space})  # type: ignore[dict-item]
    message = _add(root, "BkToCstmrStmt")
    rows = list(statements)
    head = _add(message, "GrpHdr")
    _add(head, "MsgId", f"053D{created_at:%Y%m%d%H%M%S}{len(rows):04d}")
    _add(head, "CreDtTm", created_at.isoformat(timespec="seconds"))
    if version == "02" and rows:
        _pagination(head, "MsgPgntn", rows[0])
    for row in rows:
        _statement(message, row, created_at, version, owner, bic)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _statement(message: Node, row: Statement, created_at: datetime, version: str, owner: str, bic: str) -> None:
    node = _add(message, "Stmt")
    _add(node, "Id", row.id)
    if version != "02":
        _pagination(node, "StmtPgntn", row)
    if row.number is not None:
        _add(node, "ElctrncSeqNb", str(row.number))
    _add(node, "CreDtTm", created_at.isoformat(timespec="seconds"))
    if row.copy:
        _add(node, "CpyDplctInd", "DUPL")
    account = _add(node, "Acct")
    _add(_add(account, "Id"), "IBAN", row.iban)
    _add(account, "Ccy", row.currency)
    if owner:
        _add(_add(account, "Ownr"), "Nm", owner[:70])
    if bic:
        _add(_add(_add(account, "Svcr"), "FinInstnId"), "BIC" if version == "02" else "BICFI", bic)
    _balance(node, "PRCD", row.opening_cents, row.currency, row.opening_on)
    _balance(node, "CLBD", row.closing_cents, row.currency, row.closing_on)
    for _, parts in groupby(row.movements, key=lambda one: one.entry):
        _entry(node, list(parts), row.currency, version)


def _entry(node: Node, parts: list[Movement], currency: str, version: str) -> None:
    entry, first, total = _add(node, "Ntry"), parts[0], sum(part.cents for part in parts)
    _amount(entry, "Amt", total, currency)
    _add(entry, "CdtDbtInd", _direction(total))
    if first.reversal:
        _add(entry, "RvslInd", "true")
    _add(entry, "Sts", "BOOK") if version == "02" else _add(_add(entry, "Sts"), "Cd", "BOOK")
    _add(_add(entry, "BookgDt"), "Dt", first.booked_on.isoformat())
    _add(_add(entry, "ValDt"), "Dt", (first.value_on or first.booked_on).isoformat())
    _optional(entry, "AcctSvcrRef", first.bank_reference)
    _code(entry, first)
    details = _add(entry, "NtryDtls")
    if len(parts) > 1:
        batch = _add(details, "Btch")
        _optional(batch, "PmtInfId", first.batch)
        _add(batch, "NbOfTxs", str(len(parts)))
        _amount(batch, "TtlAmt", total, currency)
        _add(batch, "CdtDbtInd", _direction(total))
    for part in parts:
        _detail(details, part, currency, version)


def _detail(details: Node, part: Movement, currency: str, version: str) -> None:
    node = _add(details, "TxDtls")
    references = _add(node, "Refs")
    _optional(references, "AcctSvcrRef", part.bank_reference)
    _optional(references, "PmtInfId", part.batch)
    _add(references, "EndToEndId", part.end_to_end or "NOTPROVIDED")
    _optional(references, "MndtId", part.mandate)
    if version != "02":
        _amount(node, "Amt", part.cents, currency)
        _add(node, "CdtDbtInd", _direction(part.cents))
    amounts = _add(node, "AmtDtls")
    if part.original_cents is not None:
        _amount(_add(amounts, "InstdAmt"), "Amt", part.original_cents, currency)
    _amount(_add(amounts, "TxAmt"), "Amt", part.cents, currency)
    _code(node, part)
    if part.charge_cents:
        charges = _add(node, "Chrgs")
        _amount(charges if version == "02" else _add(charges, "Rcrd"), "Amt", part.charge_cents, currency)
    _parties(node, part, version)
    if part.purpose:
        _add(_add(node, "Purp"), "Cd", part.purpose)
    if part.text or part.structured:
        remittance = _add(node, "RmtInf")
        for line in part.text:
            _add(remittance, "Ustrd", line[:140])
        if part.structured:
            _add(_add(_add(remittance, "Strd"), "CdtrRefInf"), "Ref", part.structured)
    if part.reason:
        returned = _add(node, "RtrInf")
        _add(_add(returned, "Rsn"), "Cd", part.reason)
        _optional(returned, "AddtlInf", part.reason_text)


def _parties(node: Node, part: Movement, version: str) -> None:
    if not part.name and not part.iban:
        return
    role = "Dbtr" if (part.cents > 0) != part.returned else "Cdtr"
    parties = _add(node, "RltdPties")
    if part.name:
        party = _add(parties, role)
        _add(party if version == "02" else _add(party, "Pty"), "Nm", part.name[:70])
    if part.iban:
        _add(_add(_add(parties, f"{role}Acct"), "Id"), "IBAN", part.iban)
    if part.ultimate:
        party = _add(parties, f"Ultmt{role}")
        _add(party if version == "02" else _add(party, "Pty"), "Nm", part.ultimate[:70])


def _code(node: Node, part: Movement) -> None:
    code = _add(node, "BkTxCd")
    if part.code:
        domain, family, sub = part.code.split(".")
        head = _add(code, "Domn")
        _add(head, "Cd", domain)
        below = _add(head, "Fmly")
        _add(below, "Cd", family)
        _add(below, "SubFmlyCd", sub)
    if part.gvc:
        own = _add(code, "Prtry")
        _add(own, "Cd", f"NTRF+{part.gvc}+00000")
        _add(own, "Issr", "DK")


def _balance(node: Node, kind: str, cents: int, currency: str, on: date | None) -> None:
    balance = _add(node, "Bal")
    _add(_add(_add(balance, "Tp"), "CdOrPrtry"), "Cd", kind)
    _amount(balance, "Amt", cents, currency)
    _add(balance, "CdtDbtInd", _direction(cents))
    if on:
        _add(_add(balance, "Dt"), "Dt", on.isoformat())


def _pagination(node: Node, name: str, row: Statement) -> None:
    pages = _add(node, name)
    _add(pages, "PgNb", str(row.page))
    _add(pages, "LastPgInd", "true" if row.last_page else "false")


def _amount(node: Node, name: str, cents: int, currency: str) -> None:
    euros, rest = divmod(abs(cents), 100)
    _add(node, name, f"{euros}.{rest:02d}").set("Ccy", currency)


def _direction(cents: int) -> str:
    return "DBIT" if cents < 0 else "CRDT"


def _optional(node: Node, name: str, text: str) -> None:
    if text:
        _add(node, name, text)


def _add(node: Node, name: str, text: str | None = None) -> Node:
    made = etree.SubElement(node, etree.QName(etree.QName(node).namespace, name))
    made.text = text
    return made
