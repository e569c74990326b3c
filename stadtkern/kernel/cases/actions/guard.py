"""Who may do what in which state: every action locks its row here, or is refused with a sentence that helps."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import DESK_ROLES, Staff
from stadtkern.kernel.events.models import Event
from stadtkern.ui import words

from ..models import Case, CaseQuerySet, Decision, Status

GONE = {"exchange.submitted", "exchange.accepted"}  # lines of the diary, written by kernel/exchange
INCOMING = "fitconnect:"
BACK = {"exchange.rejected", "exchange.failed"}


class Refused(Exception):
    """The state of the case does not allow this; the message is for the person at the screen and says what to do."""


class AlreadyTaken(Refused):
    """A colleague works on the case."""


class AlreadyDecided(Refused):
    """Somebody was faster."""


class OwnCase(Refused):
    """Nobody decides about themselves (§ 20 VwVfG)."""


class Incomplete(Refused):
    """The form is not complete; `problems` says where."""

    def __init__(self, message: str, problems: list[object]) -> None:
        super().__init__(message)
        self.problems = problems


class MoreTrustNeeded(Refused):
    """The session is not trusted enough for this service (accounts.stepup.require leads the way)."""


def covered(actor: Actor, service: str) -> None:
    """A mandate for some services is not one for others."""
    if actor.mandate and not actor.mandate.covers(service):
        text = _(
            "Ihre Vertretung für %(name)s gilt nicht für diese Leistung. Wechseln Sie oben, oder handeln Sie für sich selbst."
        )
        raise Refused(text % {"name": actor.mandate.title})


def locked(case_id: int, among: CaseQuerySet | None = None) -> Case:
    """The row, locked until the transaction ends, with its edition (without the files). Raises Case.DoesNotExist."""
    rows = Case.objects.all() if among is None else among
    return rows.select_for_update(of=("self",)).select_related("edition").defer("edition__files").get(pk=case_id)


def store(row: Case, *fields: str) -> None:
    """Write these columns and the moment."""
    row.updated_at = timezone.now()
    row.save(update_fields=[*fields, "updated_at"])


def locked_draft(actor: Actor, case: Case) -> Case:
    """A draft this actor may fill in."""
    row = locked(case.pk, Case.objects.of_applicant(actor))
    covered(actor, row.service)
    if row.status != Status.DRAFT:
        raise Refused(_("Dieser Antrag ist schon abgeschickt. Änderungen teilen Sie uns bitte als Nachricht mit."))
    return row


def locked_own(actor: Actor, case: Case) -> Case:
    """A case of this applicant, in any state."""
    return locked(case.pk, Case.objects.of_applicant(actor))


def locked_at_desk(actor: Actor, case: Case, *, unseen: bool = False) -> tuple[Case, Staff]:
    """A case on the desk of this clerk's office, in any state but DRAFT; `unseen`: also one of a hidden person."""
    staff = actor.staff
    if staff is None or staff.role not in DESK_ROLES:
        raise Case.DoesNotExist
    row = locked(case.pk, Case.objects.listed_for(staff) if unseen else Case.objects.of_office(staff))
    if actor.account and actor.account.pk in (row.account_id, row.mandate and row.mandate.agent_id):
        raise OwnCase(_("Das ist Ihr eigener Antrag. Bitte geben Sie ihn an eine Kollegin oder einen Kollegen."))
    return row, staff


def in_review(row: Case) -> None:
    """Only what is in review can be worked on; says what it is instead."""
    if row.status == Status.IN_REVIEW:
        return
    if row.status in (Status.DECIDED, Status.CLOSED):
        raise AlreadyDecided(decided_sentence(row))
    sentences = {
        Status.AWAITING_CITIZEN: _("Dieser Vorgang wartet auf eine Antwort. Bitte warten Sie die Antwort ab."),
        Status.AWAITING_PAYMENT: _("Die Gebühr ist noch nicht bezahlt. Der Vorgang kommt nach der Zahlung zu Ihnen."),
        Status.WITHDRAWN: _("Der Antrag wurde zurückgenommen. Es ist nichts mehr zu tun."),
    }
    raise Refused(sentences.get(Status(row.status), _("Dieser Vorgang ist nicht in Prüfung.")))


def not_elsewhere(row: Case, *, on_the_way: bool = True) -> None:
    """What goes to another authority is decided there, unless it came back. `on_the_way`: also before it has left."""
    if is_elsewhere(row, on_the_way=on_the_way):
        sentence = _("Dieser Antrag liegt bei der zuständigen Behörde. Sie entscheidet darüber; bitte wenden Sie sich dorthin.")
        raise Refused(sentence)


def is_elsewhere(row: Case, *, on_the_way: bool = True) -> bool:
    """Whether another authority has the case, or (`on_the_way`) is to get it."""
    if not row.begun_on.send.to or came_in(row):
        return False
    last = whereabouts(row)
    return last not in BACK and (last in GONE or on_the_way)


def came_in(row: Case) -> bool:
    """Another authority delivered it: it is not handed on by itself, or two cities would play ping-pong."""
    return (row.once or "").startswith(INCOMING)


def whereabouts(row: Case) -> str:
    """The last line of the diary about a case that is handed over, "" before the first."""
    lines = Event.objects.filter(subject=str(row), name__startswith="exchange.").order_by("-pk")
    return lines.values_list("name", flat=True).first() or ""


def not_with_a_colleague(row: Case, staff: Staff) -> None:
    if row.clerk_id and row.clerk_id != staff.pk:
        raise AlreadyTaken(taken_sentence(row))


def taken_sentence(row: Case) -> str:
    """Petra Sommer bearbeitet diesen Vorgang seit 14:32 Uhr."""
    names = {"who": name_of(row.clerk), "since": since(row.taken_at)}
    return _("%(who)s bearbeitet diesen Vorgang seit %(since)s.") % names


def decided_sentence(row: Case) -> str:
    """Petra Sommer hat diesen Vorgang um 14:32 Uhr entschieden."""
    decision = Decision.objects.select_related("made_by__account").filter(case=row).first()
    if decision is None or decision.made_by is None:
        return _("Dieser Vorgang ist schon entschieden.")
    return _("%(who)s hat diesen Vorgang entschieden (%(when)s).") % {
        "who": name_of(decision.made_by),
        "when": since(decision.made_at),
    }


def name_of(staff: Staff | None) -> str:
    return (staff.account.name if staff else "") or _("Jemand aus dem Amt")


def since(at: datetime | None) -> str:
    """14:32 Uhr, on other days 21.11.2026, 14:32 Uhr."""
    if at is None:
        return "–"
    return words.clock(at) if timezone.localdate(at) == timezone.localdate() else words.moment(at)
