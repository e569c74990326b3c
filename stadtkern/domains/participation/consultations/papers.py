"""Papers of a consultation: the receipt, what became of a statement, the table. Data for typst, always text."""

from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from stadtkern.ui import words

from ..models import Contribution, Plan, Process, Statement, Weighing
from . import shapes
from .table import lines, overall, told

HERE = Path(__file__).parent
LETTER, TABLE = HERE / "eingang.typ", HERE / "abwaegung.typ"
MOST_REASON = 15_000  # letters of a letter; the rest is on the page


def receipt_data(row: Contribution, one: Statement) -> dict[str, Any]:
    """That it arrived, when, and word for word what arrived."""
    assert row.process is not None
    with override("de"):
        passages = [f"{piece.number} {piece.title}".strip() for piece in one.passages.all()]
        facts = [
            [_("Plan"), row.process.title],
            [_("Nummer der Stellungnahme"), str(one.number)],
            [_("Aktenzeichen"), str(row.reference)],
            [_("Eingegangen am"), _arrived(row, one)],
            [_("Weg"), str(one.get_channel_display())],
            [_("Von"), one.organisation or str(one.get_sender_display())],
            [_("Stellen im Plan"), ", ".join(passages)],
            [_("Ort"), ", ".join(part for part in (row.address, shapes.in_words(row.geometry)) if part)],
            [_("Behandlung"), _("vertraulich") if one.confidential else ""],
            [_("Worum es geht"), row.title],
            [_("Stellungnahme"), row.text],
        ]
        said = [_("Ihre Stellungnahme ist bei uns eingegangen. So haben wir sie erhalten:")]
        if one.late:
            said.append(
                _("Sie kam nach dem letzten Tag der Auslegung an und kann bei der Entscheidung unberücksichtigt bleiben.")
            )
        return _frame(row, one, _("Eingang Ihrer Stellungnahme"), said, facts)


def _arrived(row: Contribution, one: Statement) -> str:
    if one.channel == Statement.Channel.ONLINE and row.submitted_at:
        return words.moment(row.submitted_at)
    return words.day(one.received_date)


def outcome_data(row: Contribution, one: Statement, plan: Plan) -> dict[str, Any]:
    """What became of it, for paper."""
    with override("de"):
        said = [decided_words(plan), *outcome_text(one).split("\n\n")]
        return _frame(row, one, _("Was aus Ihrer Stellungnahme wurde"), said, [])


def _frame(row: Contribution, one: Statement, subject: str, paragraphs: list[str], facts: list[list[str]]) -> dict[str, Any]:
    assert row.process is not None
    street = one.sender_address.replace("\n", ", ")
    return {
        "subject": subject, "paragraphs": paragraphs,
        "sections": [[label, text] for label, text in facts if text],
        "office": {"title": row.process.office.title, "phone": row.process.office.phone, "email": row.process.office.email},
        "applicant": {"name": one.sender_name or one.organisation, "street": street},
        "case": {"reference": row.reference or "", "service": row.process.title},
    }  # fmt: skip


def decided_words(plan: Plan) -> str:
    """When the council decided, and under which number."""
    day = words.day(plan.session_date) if plan.session_date else ""
    return _("Der Rat hat am %(day)s entschieden (%(resolution)s).") % {"day": day, "resolution": plan.resolution}


def outcome_text(one: Statement) -> str:
    """For the person: each answer with its reasoning."""
    rows = list(Weighing.objects.filter(statements=one, state=Weighing.State.APPROVED).order_by("topic", "pk"))
    parts = [_("Ihre Stellungnahme hat die Nummer %s.") % one.number]
    for row in rows:
        outcome = str(Weighing.Outcome(row.outcome).label)
        parts.append(f"{row.topic}: {outcome}\n{row.reason}")
    whole = "\n\n".join(parts)
    more = _("Der Text geht auf der Seite Ihrer Stellungnahme weiter.")
    return whole if len(whole) <= MOST_REASON else f"{whole[:MOST_REASON]} …\n\n{more}"


def outcome_of(one: Statement) -> str:
    """ADOPTED, PARTLY, NOT or NOTED over all its answers; "" before."""
    found = Weighing.objects.filter(statements=one, state=Weighing.State.APPROVED).values_list("outcome", flat=True)
    return overall(set(found))


def table_data(process: Process, plan: Plan, *, public: bool) -> dict[str, Any]:
    """The whole table, for paper."""
    with override("de"):
        rows = [
            {"number": place, "topic": line.weighing.topic, "lines": [list(pair) for pair in told(line, public=public)]}
            for place, line in enumerate(lines(process, public=public), start=1)
        ]
        if plan.decided_at:
            intro = decided_words(plan)
        else:
            intro = _("Entwurf vom %s, noch nicht beschlossen.") % words.day(timezone.localdate())
        return {"plan": process.title, "intro": intro, "rows": rows, "office": {"title": process.office.title},
                "case": {"service": process.title}}  # fmt: skip
