"""The table of weighings as rows: for the office with everything, for everybody without names and confidential things."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..exporting import RISKY
from ..models import Contribution, Passage, PlanDocument, Process, Statement, Weighed, Weighing

GONE = (Contribution.State.DRAFT, Contribution.State.WITHDRAWN)


@dataclass(frozen=True)
class Line:
    """One row of the table with what stands behind it."""

    weighing: Weighing
    statements: tuple[Statement, ...]
    passages: tuple[str, ...]

    @property
    def outcome(self) -> str:
        return str(Weighing.Outcome(self.weighing.outcome).label) if self.weighing.outcome else ""

    @property
    def state(self) -> str:
        return str(Weighing.State(self.weighing.state).label)

    @property
    def numbers(self) -> str:
        return ", ".join(str(one.number) for one in self.statements)

    @property
    def public_senders(self) -> str:
        """Public bodies by name, everybody else by number; of confidential statements their number alone."""
        bodies = sorted({one.organisation for one in self.statements if names_itself(one)})
        rest = [one.number for one in self.statements if not names_itself(one)]
        words = ngettext("Stellungnahme %s", "Stellungnahmen %s", len(rest)) % ", ".join(map(str, rest)) if rest else ""
        return "; ".join(part for part in (*bodies, words) if part)

    @property
    def veiled(self) -> bool:
        """All behind it asked for confidence: what they said is not told, not even in other words."""
        return bool(self.statements) and all(one.confidential for one in self.statements)


def names_itself(one: Statement) -> bool:
    """Public bodies speak for the public, and are named; nobody else is."""
    return one.sender == Statement.Sender.AUTHORITY and bool(one.organisation) and not one.confidential


def lines(process: Process, *, public: bool = False) -> list[Line]:
    """All rows; five queries however many there are. `public`: what may be read by everybody."""
    rows = list(Weighing.objects.filter(process=process).select_related("drafted_by__account", "approved_by__account"))
    pairs = Weighed.objects.filter(weighing__process=process).exclude(statement__contribution__state__in=GONE)
    behind: dict[int, list[Statement]] = {}
    for pair in (
        pairs.select_related("statement__contribution").defer("statement__contribution__search").order_by("statement__number")
    ):
        behind.setdefault(pair.weighing_id, []).append(pair.statement)
    refers = passage_words(process)
    made = []
    for row in rows:
        found = tuple(behind.get(row.pk, ()))
        words = dict.fromkeys(word for one in found if not (public and one.confidential) for word in refers.get(one.pk, ()))
        made.append(Line(row, found, tuple(words)))
    return [line for line in made if line.statements] if public else made


def passage_words(process: Process) -> dict[int, list[str]]:
    """statement -> "3.2 Grünflächen", for all of a process in one query."""
    pairs = Statement.passages.through.objects.filter(statement__process=process)
    listed = pairs.order_by("passage__document__position", "passage__position").values_list(
        "statement", "passage__number", "passage__title"
    )
    words: dict[int, list[str]] = {}
    for statement, number, title in listed:
        words.setdefault(statement, []).append(f"{number} {title}".strip())
    return words


def told(line: Line, *, public: bool) -> list[tuple[str, str]]:
    """Label and text of one row, for paper and page."""
    veiled = public and line.veiled
    hidden = _("Vertraulich. Wer Stellung genommen hat, hat eine Antwort bekommen.")
    pairs = [
        (_("Von"), line.public_senders if public else _all_senders(line)),
        (_("Stellen im Plan"), ", ".join(line.passages)),
        (_("Anliegen"), hidden if veiled else line.weighing.concern),
        (_("Abwägung"), "" if veiled else line.weighing.reason),
        (_("Ergebnis"), line.outcome),
    ]
    return [(label, text) for label, text in pairs if text]


def _all_senders(line: Line) -> str:
    return ", ".join(f"{one.number} ({one.organisation or one.get_sender_display()})" for one in line.statements)


def csv_rows(process: Process, *, public: bool) -> Iterator[list[Any]]:
    """The table for a spreadsheet; a text that looks like a formula stays a text."""
    head = [
        _("Nummer"),
        _("Thema"),
        _("Stellungnahmen"),
        _("Von"),
        _("Stellen im Plan"),
        _("Anliegen"),
        _("Abwägung"),
        _("Ergebnis"),
    ]
    yield head if public else [*head, _("Stand")]
    for place, line in enumerate(lines(process, public=public), start=1):
        veiled = public and line.veiled
        row = [
            place, line.weighing.topic, line.numbers, line.public_senders if public else _all_senders(line),
            "; ".join(line.passages), "" if veiled else line.weighing.concern, "" if veiled else line.weighing.reason,
            line.outcome,
        ]  # fmt: skip
        yield [plain(cell) for cell in (row if public else [*row, line.state])]


def plain(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RISKY) else cell


def figures(process: Process) -> dict[str, Any]:
    """How many statements, by whom, and what became of them: numbers for everybody."""
    rows = Statement.objects.filter(process=process).exclude(contribution__state__in=GONE)
    senders = list(rows.values_list("pk", "sender"))
    outcomes: dict[int, set[str]] = {}
    approved = Weighed.objects.filter(weighing__process=process, weighing__state=Weighing.State.APPROVED)
    for pk, outcome in approved.values_list("statement", "weighing__outcome"):
        outcomes.setdefault(pk, set()).add(outcome)
    by_outcome = [overall(outcomes.get(pk, set())) for pk, _sender in senders]
    return {
        "total": len(senders),
        "senders": [(str(label), sum(1 for _pk, one in senders if one == key)) for key, label in Statement.Sender.choices],
        "outcomes": [(str(label), by_outcome.count(key)) for key, label in Weighing.Outcome.choices],
    }


def overall(outcomes: set[str]) -> str:
    """One word for a statement with several answers: all the same, or partly."""
    said = outcomes - {Weighing.Outcome.NOTED} or outcomes
    if len(said) > 1:
        return str(Weighing.Outcome.PARTLY)
    return next(iter(said), "")


def passages_in(process: Process) -> dict[int, int]:
    """passage -> how many statements refer to it."""
    pairs = Statement.passages.through.objects.filter(statement__process=process).exclude(
        statement__contribution__state__in=GONE
    )
    counted: dict[int, int] = {}
    for pk in pairs.values_list("passage", flat=True):
        counted[pk] = counted.get(pk, 0) + 1
    return counted


def documents_with_passages(process: Process) -> list[tuple[PlanDocument, list[Passage]]]:
    """The papers of the plan with their passages; two queries."""
    papers = PlanDocument.objects.filter(process=process).defer("data").prefetch_related("passages").order_by("position", "pk")
    return [(paper, sorted(paper.passages.all(), key=lambda one: (one.position, one.pk))) for paper in papers]
