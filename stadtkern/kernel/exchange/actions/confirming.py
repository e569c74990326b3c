"""What the receiver says to what we handed in: believed only with its signature and our own tags."""

from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.models import Status
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.inbox import actions as inbox
from stadtkern.lib.fitconnect import events

from .. import log
from ..adapters import Connection
from ..models import Line, Parcel, Reception, Transmission
from .trying import HOURLY, Doubt

State = Transmission.State
# Time since handing in -> pause until the next look; callbacks are quicker, this is for when they get lost.
RHYTHM = [
    (timedelta(minutes=5), timedelta(seconds=20)),
    (timedelta(hours=2), timedelta(minutes=5)),
    (timedelta(days=2), timedelta(hours=1)),
]
RARELY = timedelta(hours=6)
_ARRIVED = gettext_noop("Ihr Antrag %s ist angekommen")
_ARRIVED_BODY = gettext_noop(
    "Ihr Antrag ist jetzt bei: %(who)s. Der Eingang ist bestätigt. Diese Behörde entscheidet und meldet sich bei Ihnen."
)
_BACK = gettext_noop("Zu Ihrem Antrag %s")
_BACK_BODY = gettext_noop(
    "%(who)s konnte Ihren Antrag noch nicht annehmen. Er ist nicht verloren: wir klären das und melden uns bei Ihnen.\n\n"
    "Gründe:\n%(why)s"
)


def ask(row: Transmission, link: Connection) -> bool:
    """Look into the event log once. Raises Doubt where it cannot be believed; then nothing is decided."""
    found = log.read(link, case=row.kase, submission=row.submission, destination=row.destination)
    note_lines(found, transmission=row)
    handed_in = found.find(events.SUBMIT)
    if handed_in and handed_in.tags and handed_in.tags.as_json() != row.tags:
        raise Doubt("Das Protokoll nennt andere Authentication-Tags als wir eingereicht haben.", HOURLY)
    answer = found.find(events.ACCEPT, events.REJECT)
    if answer is None:
        if found.doubts:
            raise Doubt(f"Unglaubwürdiges Ereignisprotokoll: {found.doubts[0]}", 60)
        _wait(row)
    elif answer.name == events.REJECT:
        _rejected(row, answer)
    elif answer.tags and answer.tags.as_json() != row.tags:
        raise Doubt("Die Bestätigung nennt andere Authentication-Tags als wir eingereicht haben.", HOURLY)
    else:
        _accepted(row, answer)
    return False


@transaction.atomic
def note_lines(found: log.Log, *, transmission: Transmission | None = None, reception: Reception | None = None) -> None:
    """Keep what the log proves; a line that is known is not kept twice."""
    Line.objects.bulk_create(
        [
            Line(
                transmission=transmission, reception=reception, jti=line.id, name=line.name, issuer=line.issuer[:200],
                at=datetime.fromtimestamp(line.at, UTC), problems=[one.as_json() for one in line.problems],
            )
            for line in found.lines
        ],
        ignore_conflicts=True,
    )  # fmt: skip


@transaction.atomic
def _wait(row: Transmission) -> None:
    now = timezone.now()
    age = now - (row.submitted_at or now)
    row.trouble, row.tries = "", 0
    row.next_try_at = now + next((rest for limit, rest in RHYTHM if age < limit), RARELY)
    row.save(update_fields=["trouble", "tries", "next_try_at"])


@transaction.atomic
def _accepted(row: Transmission, answer: events.Happened) -> None:
    note = "" if answer.tags else "Die Bestätigung nennt keine Authentication-Tags."
    _answered(row, State.ACCEPTED, answer, note)
    record("exchange.accepted", subject=str(row.case), actor="provider:fitconnect", data={"transmission": row.pk})
    if row.case.status == Status.WITHDRAWN:
        tell_desk(
            row, f"Der Antrag war schon an {row.title} übergeben, als er zurückgenommen wurde. Bitte dort Bescheid sagen."
        )
        return
    cases.pass_on(row.case_id)
    _write(row, _ARRIVED, _ARRIVED_BODY)


@transaction.atomic
def _rejected(row: Transmission, answer: events.Happened) -> None:
    row.problems = [one.as_json() for one in answer.problems]
    _answered(row, State.REJECTED, answer, "")
    record("exchange.rejected", subject=str(row.case), actor="provider:fitconnect", data={"transmission": row.pk})
    reasons = "\n".join(f"· {one.title}: {one.detail}" for one in answer.problems) or "· ohne Begründung"
    tell_desk(row, f"{row.title} hat den Antrag nicht angenommen:\n{reasons}")
    _write(row, _BACK, _BACK_BODY, reasons)


def _answered(row: Transmission, state: str, answer: events.Happened, trouble: str) -> None:
    row.state, row.trouble, row.next_try_at, row.tries = state, trouble, None, 0
    row.confirmed_at = datetime.fromtimestamp(answer.at, UTC)
    row.save(update_fields=["state", "trouble", "next_try_at", "tries", "confirmed_at", "problems"])
    Parcel.objects.filter(transmission=row).delete()


def tell_desk(row: Transmission, text: str) -> None:
    """A note on the case."""
    cases.remark(row.case_id, text)


def _write(row: Transmission, title: str, body: str, reasons: str = "") -> None:
    """A letter to the applicant, where there is a post box."""
    case = row.case
    if case.account is None:
        return
    with override(case.account.language):
        inbox.deliver(
            account=case.account,
            company=case.company,
            mandate=case.mandate,
            about=str(case),
            office=case.office,
            title=_(title) % case.reference,
            body=_(body) % {"who": row.title, "why": reasons},
            actor_key=SYSTEM,
            once=f"transmission:{row.pk}:{row.state}",
            link=reverse("cases:track", args=[case.reference]),
        )
