"""One entry of a statement to its movements: single bookings, batches, returns, charges."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation

from lxml import etree

from .model import Movement

Node = etree._Element
MOST_CENTS = 10**14
NOTHING = {"", "NOTPROVIDED", "NONREF"}


class Trouble(Exception):
    """Something is wrong at this element; the message names its line."""

    def __init__(self, node: Node, text: str) -> None:
        super().__init__(f"Zeile {node.sourceline}, {node.tag}: {text}")


def movements_of(entry: Node, number: int, currency: str) -> Iterator[Movement]:
    """The entry as movements whose sum is the entry's amount."""
    cents, of = amount_of(entry.find("Amt"), entry)
    if of != currency:
        raise Trouble(entry, f"Der Umsatz ist in {of}, das Konto in {currency}.")
    whole = _frame(entry, number, _sign(entry) * cents)
    details = entry.findall("NtryDtls/TxDtls")
    if not details:
        yield replace(whole, batch=_batch(entry), text=_extra(entry))
        return
    parts = [_detail(node, replace(whole, part=at, batch=_batch(entry)), currency) for at, node in enumerate(details, 1)]
    known = [part for part in parts if part is not None]
    if len(details) == 1:
        # What the account shows is what counts; the difference to the detail can only be the bank's charge.
        yield _single(entry, details[0], whole, known[0] if known else None)
    elif len(known) < len(details):
        raise Trouble(entry, "Eine Sammelbuchung nennt nicht zu jeder Zahlung einen Betrag.")
    else:
        yield from _batch_parts(entry, whole, known)


def _single(entry: Node, node: Node, whole: Movement, part: Movement | None) -> Movement:
    made = part or _described(node, whole)
    return replace(made, cents=whole.cents, batch=made.batch or _batch(entry))


def _batch_parts(entry: Node, whole: Movement, parts: list[Movement]) -> Iterator[Movement]:
    rest = whole.cents - sum(part.cents for part in parts)
    yield from parts
    if rest and abs(rest) == _charges(entry):
        yield replace(whole, part=len(parts) + 1, cents=rest, charge=True)
    elif rest:
        raise Trouble(entry, f"Die Einzelbeträge ergeben nicht den Betrag der Sammelbuchung (Unterschied {rest} Cent).")


def _frame(entry: Node, number: int, cents: int) -> Movement:
    booked = moment_of(entry, "BookgDt") or moment_of(entry, "ValDt")
    if booked is None:
        raise Trouble(entry, "Der Buchungstag fehlt (BookgDt).")
    return Movement(
        entry=number, part=1, line=_line(entry), cents=cents, booked_on=booked, value_on=moment_of(entry, "ValDt"),
        bank_reference=_reference(texts_at(entry, "AcctSvcrRef")), code=_code(entry), gvc=_gvc(entry),
        reversal=texts_at(entry, "RvslInd") in ("true", "1"),
    )  # fmt: skip


def _detail(node: Node, whole: Movement, currency: str) -> Movement | None:
    """One TxDtls; None where it names no amount of its own in the account's currency."""
    made = _described(node, whole)
    stated = node.find("Amt")
    if stated is None:
        stated = node.find("AmtDtls/TxAmt/Amt")
    if stated is None:
        stated = node.find("AmtDtls/InstdAmt/Amt")
    if stated is None:
        return None
    cents, of = amount_of(stated, node)
    if of != currency:
        return None
    sign = _sign(node) if node.find("CdtDbtInd") is not None else (-1 if whole.cents < 0 else 1)
    return replace(made, cents=sign * cents)


def _described(node: Node, whole: Movement) -> Movement:
    """Who, why, with which references; the amount stays the entry's."""
    incoming = whole.cents > 0 if node.find("CdtDbtInd") is None else texts_at(node, "CdtDbtInd") == "CRDT"
    made = replace(
        whole, code=_code(node) or whole.code, gvc=_gvc(node) or whole.gvc,
        reason=texts_at(node, "RtrInf/Rsn/Cd") or texts_at(node, "RtrInf/Rsn/Prtry"),
    )  # fmt: skip
    # What comes back names the parties of the payment that went out: the debtor of our direct debit stays the debtor.
    other = "Dbtr" if incoming != made.returned else "Cdtr"
    name, iban = _party(node, other)
    original, foreign = _instructed(node)
    return replace(
        made,
        name=name, iban=iban, ultimate=_ultimate(node, other),
        text=tuple(part for one in node.iterfind("RmtInf/Ustrd") if (part := (one.text or "").strip("\r\n\t"))) or _extra(node),
        structured=texts_at(node, "RmtInf/Strd/CdtrRefInf/Ref"),
        end_to_end=_reference(texts_at(node, "Refs/EndToEndId")),
        mandate=_reference(texts_at(node, "Refs/MndtId")),
        batch=_reference(texts_at(node, "Refs/PmtInfId")) or whole.batch,
        bank_reference=_reference(texts_at(node, "Refs/AcctSvcrRef")) or whole.bank_reference,
        purpose=texts_at(node, "Purp/Cd"),
        reason_text=" ".join((one.text or "").strip() for one in node.iterfind("RtrInf/AddtlInf")),
        original_cents=original, foreign=foreign, charge_cents=_charges(node),
    )  # fmt: skip


def _party(node: Node, role: str) -> tuple[str, str]:
    base = f"RltdPties/{role}"
    name = texts_at(node, f"{base}/Pty/Nm") or texts_at(node, f"{base}/Nm")
    iban = texts_at(node, f"{base}Acct/Id/IBAN") or texts_at(node, f"{base}Acct/Id/Othr/Id")
    return name, re.sub(r"\s", "", iban).upper()


def _ultimate(node: Node, role: str) -> str:
    base = f"RltdPties/Ultmt{role}"
    return texts_at(node, f"{base}/Pty/Nm") or texts_at(node, f"{base}/Nm")


def _code(node: Node) -> str:
    base = "BkTxCd/Domn"
    parts = [texts_at(node, f"{base}/Cd"), texts_at(node, f"{base}/Fmly/Cd"), texts_at(node, f"{base}/Fmly/SubFmlyCd")]
    return ".".join(parts) if all(parts) else ""


def _gvc(node: Node) -> str:
    """ "NTRF+166+00931" of the German bank association: the second part."""
    parts = texts_at(node, "BkTxCd/Prtry/Cd").split("+")
    return parts[1] if len(parts) > 1 and re.fullmatch(r"[0-9]{3}", parts[1]) else ""


def _instructed(node: Node) -> tuple[int | None, str]:
    """What was instructed: (cents, "") in the account's currency, or (None, "USD 12.00")."""
    instructed = node.find("AmtDtls/InstdAmt/Amt")
    if instructed is None:
        return None, ""
    cents, currency = amount_of(instructed, node)
    return (cents, "") if currency == _currency(node) else (None, f"{currency} {cents // 100}.{cents % 100:02d}")


def _charges(node: Node) -> int:
    for path in ("Chrgs/Rcrd/Amt", "Chrgs/TtlChrgsAndTaxAmt", "Chrgs/Amt"):  # versions differ
        if found := node.findall(path):
            return sum(amount_of(one, node)[0] for one in found)
    return 0


def _currency(node: Node) -> str:
    """The currency the entry is booked in."""
    above = node
    while above is not None and above.tag != "Ntry":
        above = above.getparent()  # type: ignore[assignment]
    amount = above.find("Amt") if above is not None else None
    return "" if amount is None else amount.get("Ccy", "")


def _line(node: Node) -> int:
    line = node.sourceline
    return line if isinstance(line, int) else 0


def _extra(node: Node) -> tuple[str, ...]:
    text = texts_at(node, "AddtlTxInf") or texts_at(node, "AddtlNtryInf")
    return (text,) if text else ()


def _batch(entry: Node) -> str:
    return _reference(texts_at(entry, "NtryDtls/Btch/PmtInfId"))


def _sign(node: Node) -> int:
    said = texts_at(node, "CdtDbtInd")
    if said not in ("CRDT", "DBIT"):
        raise Trouble(node, "Soll oder Haben fehlt (CdtDbtInd).")
    return 1 if said == "CRDT" else -1


def _reference(text: str) -> str:
    return "" if text.upper() in NOTHING else text


def texts_at(node: Node, path: str) -> str:
    """The text at a path, without blank edges; empty where there is none."""
    return (node.findtext(path) or "").strip()


def amount_of(node: Node | None, near: Node) -> tuple[int, str]:
    """(cents, currency) of an Amt element."""
    if node is None:
        raise Trouble(near, "Der Betrag fehlt (Amt).")
    text, currency = (node.text or "").strip(), node.get("Ccy", "").strip()
    if not re.fullmatch(r"[0-9]{1,18}(\.[0-9]{0,5})?|\.[0-9]{1,5}", text):
        raise Trouble(node, f"„{text[:30]}“ ist kein Betrag: Erwartet wird zum Beispiel 12.50, ohne Vorzeichen.")
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise Trouble(node, "Die Währung fehlt (Ccy).")
    try:
        cents = Decimal(text).scaleb(2)
    except InvalidOperation as error:  # pragma: no cover - the pattern above allows numbers only
        raise Trouble(node, "Der Betrag ist keine Zahl.") from error
    if cents != int(cents):
        raise Trouble(node, f"„{text}“ hat Bruchteile eines Cents.")
    if cents > MOST_CENTS:
        raise Trouble(node, "Der Betrag ist größer, als eine Bank bucht.")
    return int(cents), currency


def moment_of(node: Node, name: str) -> date | None:
    """The day of a date element, of a date or of a moment; None where the element is missing."""
    text = texts_at(node, f"{name}/Dt") or texts_at(node, f"{name}/DtTm")[:10]
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise Trouble(node, f"„{text[:30]}“ ist kein Datum ({name}).") from None
