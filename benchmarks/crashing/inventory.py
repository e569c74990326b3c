"""Stocktaking after the storm: every application once, with its papers, its money and its letter once, nothing half."""

import email
import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from email.policy import default
from pathlib import Path
from typing import Any

from .citizens import Application

ONCE = ("case.submitted", "case.decided", "case.closed")


@dataclass
class Stock:
    """`lost`, `doubled` and `half` must be empty; each entry says which case and what is wrong with it."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.half)


class Books:
    """Everything the platform and the outside systems know, read once."""

    def __init__(self, home: Path) -> None:
        from stadtkern.kernel.cases.models import Case, Decision
        from stadtkern.kernel.documents.models import Content, Document
        from stadtkern.kernel.events.models import Event
        from stadtkern.kernel.inbox.models import Message
        from stadtkern.kernel.payments.adapters import demo
        from stadtkern.kernel.payments.models import Payment

        self.cases = {case.reference: case for case in Case.objects.all()}
        self.decisions = {decision.case_id: decision for decision in Decision.objects.all()}
        self.documents = _by(Document.objects.filter(once__startswith="case.decided:"), "about")
        self.contents = {content.document_id: content.data for content in Content.objects.all()}
        self.messages = _by(Message.objects.select_related("echo").prefetch_related("documents"), "about")
        self.payments = _by(Payment.objects.order_by("pk"), "about")
        self.events: dict[str, Counter[str]] = defaultdict(Counter)
        for subject, name in Event.objects.values_list("subject", "name"):
            self.events[subject][name] += 1
        self.cash = Counter(said.raw["purpose"] for said in demo.connect().transactions() if said.status == "PAYED")
        self.mails: Counter[str] = Counter()
        for file in (home / "mail").glob("*.eml"):
            head = email.message_from_bytes(file.read_bytes(), policy=default)
            self.mails[str(head["Message-ID"])] += 1


def take(applications: list[Application], home: Path) -> Stock:
    """Compare what the citizens saw with what there is."""
    books, stock = Books(home), Stock()
    by_account: dict[int | None, list[Any]] = defaultdict(list)
    for case in books.cases.values():
        by_account[case.account_id].append(case)
    for application in applications:
        sent = [case for case in by_account[application.account] if case.status != "DRAFT"]
        stock.figures["confirmed"] += application.confirmed
        stock.figures["not confirmed, but complete"] += bool(sent and not application.confirmed)
        stock.figures["typed by hand"] += application.by_hand and application.confirmed
        if application.confirmed and application.reference not in {case.reference for case in sent}:
            stock.lost.append(f"{application.reference} was confirmed and is not there")
        if len(sent) > 1:
            stock.doubled.append(f"account {application.account} has {len(sent)} applications")
        if application.paid and application.reference in books.cases:
            case = books.cases[application.reference]
            if not any(payment.status == "PAID" for payment in books.payments[str(case)]):
                stock.lost.append(f"{application.reference} was paid and is not booked")
        if application.confirmed and sent and (application.paid or not application.costs) and sent[0].status != "CLOSED":
            stock.half.append(f"{application.reference} got stuck in {sent[0].status}")
    for case in books.cases.values():
        _examine(case, books, stock)
    _examine_cash(books, stock)
    return stock


def _examine(case: Any, books: Books, stock: Stock) -> None:
    """One case, with everything that belongs to its state."""
    stock.figures[f"cases {case.status}"] += 1
    about, events = str(case), books.events[str(case)]
    papers, letters, payments = books.documents[about], books.messages[about], books.payments[about]
    for name in ONCE:
        if events[name] > 1:
            stock.doubled.append(f"{case.reference}: {name} {events[name]} times")
    if case.status == "DRAFT" and (papers or letters or payments):
        stock.half.append(f"{case.reference} is a draft with consequences")
    if case.status not in ("DRAFT", "CLOSED", "AWAITING_PAYMENT"):
        stock.half.append(f"{case.reference} is left in {case.status}")
    if case.status != "DRAFT":
        _examine_money(case, payments, events, stock)
        if not events["case.submitted"]:
            stock.half.append(f"{case.reference}: no line in the diary")
    if case.status == "CLOSED":
        _examine_paper(case, papers, books, stock)
        _examine_letter(case, letters, papers, books, stock)
    elif papers or letters:
        stock.half.append(f"{case.reference}: {len(papers)} papers, {len(letters)} letters in {case.status}")


def _examine_money(case: Any, payments: list[Any], events: Counter[str], stock: Stock) -> None:
    paid = [payment for payment in payments if payment.status == "PAID"]
    live = [payment for payment in payments if payment.status in ("OPEN", "STARTED")]
    stock.figures["payments settled"] += len(paid)
    if len(paid) > 1 or events["payment.completed"] > 1 or events["case.paid"] > 1:
        stock.doubled.append(f"{case.reference}: paid {len(paid)} times")
    if any(payment.amount_cents != case.fee_cents for payment in payments):
        stock.half.append(f"{case.reference}: the payment is not the fee")
    if case.fee_cents and case.status == "CLOSED" and not paid:
        stock.half.append(f"{case.reference} is closed without its fee")
    if case.status == "AWAITING_PAYMENT" and (paid or not (live or payments)):
        stock.half.append(f"{case.reference} waits for a payment: {len(paid)} paid, {len(live)} open")
    if not case.fee_cents and payments:
        stock.half.append(f"{case.reference} costs nothing and has a payment")


def _examine_paper(case: Any, papers: list[Any], books: Books, stock: Stock) -> None:
    stock.figures["papers"] += len(papers)
    if len(papers) != 1:
        (stock.doubled if papers else stock.lost).append(f"{case.reference}: {len(papers)} papers")
        return
    data = bytes(books.contents.get(papers[0].pk, b""))
    if hashlib.sha256(data).hexdigest() != papers[0].sha256 or not data.startswith(b"%PDF") or b"/ByteRange" not in data:
        stock.half.append(f"{case.reference}: its paper is not whole or not sealed")
    decision = books.decisions.get(case.pk)
    if decision is None or decision.made_at is None:
        stock.half.append(f"{case.reference} is closed without a decision")


def _examine_letter(case: Any, letters: list[Any], papers: list[Any], books: Books, stock: Stock) -> None:
    from stadtkern.kernel.inbox.echo import compose

    stock.figures["letters"] += len(letters)
    if len(letters) != 1:
        (stock.doubled if letters else stock.lost).append(f"{case.reference}: {len(letters)} letters in the post box")
        return
    letter = letters[0]
    if {paper.pk for paper in letter.documents.all()} != {paper.pk for paper in papers}:
        stock.half.append(f"{case.reference}: the letter does not carry the paper")
    handed_over = books.mails[str(compose(letter.echo).extra_headers["Message-ID"])]
    stock.figures["e-mails"] += bool(handed_over)
    stock.figures["e-mails handed over again under the same Message-ID"] += max(0, handed_over - 1)
    if letter.echo.state != "SENT" or not handed_over:
        stock.lost.append(f"{case.reference}: no e-mail ({letter.echo.state}, handed over {handed_over} times)")


def _examine_cash(books: Books, stock: Stock) -> None:
    """The provider's money against ours, both ways."""
    ours = {payment.purpose: payment for rows in books.payments.values() for payment in rows}
    for purpose, count in books.cash.items():
        if count > 1 or purpose not in ours or ours[purpose].status not in ("PAID", "SURPLUS"):
            stock.lost.append(f"{purpose}: {count} times paid at the provider, here {ours.get(purpose)}")
    for purpose, payment in ours.items():
        stock.figures["payments to refund"] += payment.status == "SURPLUS"
        if payment.status in ("PAID", "SURPLUS") and purpose not in books.cash:
            stock.half.append(f"{purpose} is booked and was never paid")
    known = {str(message.echo.key) for rows in books.messages.values() for message in rows if hasattr(message, "echo")}
    for number in books.mails:
        if number.startswith("<post-") and number[6:42] not in known:
            stock.half.append(f"an e-mail {number} for a letter that does not exist")


def _by(rows: Any, name: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found
