"""Paper ballots: who handed one in is ticked off by the code of the letter; what stands on them is entered by one person,
compared by another, and goes into the urn as a pile."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record

from ..ballots import NotAllowed, Vote, checked_vote
from ..models import Ballot, PaperBatch, Phase, Poll, Process, Turnout
from .guard import Refused, owned, tidy
from .polling import locked_poll, name_of
from .voting import admitted, clean_code, letter_of, sentence

State = PaperBatch.State
MOST_SHEETS = 200  # in a pile
FEW_SHEETS = 5  # fewer would tell whose envelopes they came from, while the vote runs
VOID = {
    "leer": "nichts angekreuzt",
    "unklar": "Wille nicht zu erkennen",
    "zu-viel": "mehr als erlaubt",
    "zusatz": "Name oder Zusatz",
}


def tick_off(actor: Actor, process: Process, letter_code: str) -> None:
    """Somebody has handed in an envelope with this code: from now on they cannot vote another way. The ballot inside is put,
    unopened, to the others."""
    owned(actor, process)
    code = clean_code(letter_code)
    try:
        with transaction.atomic():
            poll = locked_poll(process)
            row = letter_of(poll, code) if code and poll.paper else None
            if row is None:
                raise Refused(_("Diesen Code gibt es nicht. Bitte vergleichen Sie ihn mit dem Umschlag."), "code")
            Turnout.objects.create(poll=poll, pseudonym=row.pseudonym, way=Turnout.Way.PAPER, day=timezone.localdate())
            record("poll.paper_received", subject=str(poll), actor=actor.key)
    except IntegrityError as error:
        if name_of(error) == "turnout_once":
            raise Refused(
                _("Mit diesem Code wurde schon abgestimmt. Der Umschlag bleibt zu und wird nicht gezählt."), "code"
            ) from error
        raise sentence(error) from error


def _batch(actor: Actor, process: Process, pk: int, version: int, *states: str) -> tuple[PaperBatch, Any]:
    staff = owned(actor, process)
    poll = locked_poll(process)
    row = PaperBatch.objects.select_for_update().get(poll=poll, pk=pk)
    if row.version != version or row.state not in states:
        raise Refused(_("Jemand hat diesen Stapel inzwischen geändert. Laden Sie die Seite neu."))
    return row, staff


@transaction.atomic
def open_batch(actor: Actor, process: Process, label: str) -> PaperBatch:
    """A new pile, with the name that stands on its cover."""
    staff, poll, name = owned(actor, process), locked_poll(process), tidy(label, 60)
    if poll.state != Poll.State.READY or not poll.paper:
        raise Refused(_("Papier-Stimmzettel gibt es in dieser Abstimmung nicht, oder die Urne ist geschlossen."))
    if not name:
        raise Refused(_("Bitte geben Sie dem Stapel einen Namen, zum Beispiel „Bürgerbüro Nord, 1“."), "label")
    row, fresh = PaperBatch.objects.get_or_create(poll=poll, label=name, defaults={"entered_by": staff})
    if not fresh:
        raise Refused(_("Einen Stapel mit diesem Namen gibt es schon."), "label")
    record("poll.batch_opened", subject=str(poll), actor=actor.key, data={"batch": row.pk})
    return row


@transaction.atomic
def enter_sheet(actor: Actor, process: Process, pk: int, version: int, vote: Vote, void: str = "") -> PaperBatch:
    """One more ballot of the pile, or one that cannot be counted, with its reason."""
    row, staff = _batch(actor, process, pk, version, State.OPEN)
    if row.entered_by_id != staff.pk:
        raise Refused(_("Diesen Stapel erfasst jemand anderes."))
    if len(row.sheets) >= MOST_SHEETS:
        raise Refused(_("In einem Stapel haben %s Stimmzettel Platz. Beginnen Sie einen neuen.") % MOST_SHEETS)
    if void and void not in VOID:
        raise Refused(_("Bitte wählen Sie, warum der Stimmzettel ungültig ist."), "void")
    if void:
        vote = Vote()
    else:
        try:
            vote = checked_vote(row.poll, admitted(row.poll), vote)
        except NotAllowed as wrong:
            raise Refused(str(wrong), "projects") from wrong
    row.sheets = [*row.sheets, {"choices": list(vote.choices), "points": list(vote.points), "void": void}]
    return _store(actor, row, "sheet")


@transaction.atomic
def drop_last_sheet(actor: Actor, process: Process, pk: int, version: int) -> PaperBatch:
    """The last one was mistyped."""
    row, _staff = _batch(actor, process, pk, version, State.OPEN)
    row.sheets = row.sheets[:-1]
    return _store(actor, row, "undone")


@transaction.atomic
def finish_batch(actor: Actor, process: Process, pk: int, version: int) -> PaperBatch:
    """All entered; now another person compares paper and list."""
    row, _staff = _batch(actor, process, pk, version, State.OPEN)
    if not row.sheets:
        raise Refused(_("Der Stapel ist leer."))
    row.state = State.ENTERED
    return _store(actor, row, "entered")


@transaction.atomic
def drop_batch(actor: Actor, process: Process, pk: int, version: int) -> PaperBatch:
    """List and paper differ: the pile is entered again, under a new name."""
    row, _staff = _batch(actor, process, pk, version, State.OPEN, State.ENTERED)
    row.state = State.DROPPED
    row.label = f"{row.label[:30]} (verworfen {row.pk})"
    return _store(actor, row, "dropped")


@transaction.atomic
def confirm_batch(actor: Actor, process: Process, pk: int, version: int) -> PaperBatch:
    """Another person has compared: the ballots go into the urn. Never more than envelopes that were ticked off."""
    row, staff = _batch(actor, process, pk, version, State.ENTERED)
    if staff.pk == row.entered_by_id:
        raise Refused(_("Bestätigen muss eine andere Person als die, die erfasst hat."))
    poll = row.poll
    good = _good_sheets(poll, row)
    if (
        len(row.sheets) < FEW_SHEETS
        and Phase.objects.filter(process=process, allows__contains=["vote"], ends_at__gt=timezone.now()).exists()
    ):
        raise Refused(
            _("Solange abgestimmt wird, braucht ein Stapel mindestens %s Stimmzettel, damit niemand weiß, von wem sie sind.")
            % FEW_SHEETS
        )
    handed_in = Turnout.objects.filter(poll=poll, way=Turnout.Way.PAPER).count()
    counted = Ballot.objects.filter(poll=poll, paper=True).count() + poll.void
    if counted + len(row.sheets) > handed_in:
        raise Refused(
            _("Mit diesem Stapel wären es %(sheets)s Stimmzettel auf Papier, abgegeben wurden %(envelopes)s Umschläge.")
            % {"sheets": counted + len(row.sheets), "envelopes": handed_in}
        )
    Ballot.objects.bulk_create(
        [Ballot(poll=poll, paper=True, choices=sheet["choices"], points=sheet["points"]) for sheet in good]
    )
    poll.void += len(row.sheets) - len(good)
    poll.save(update_fields=["void"])
    row.state, row.checked_by = State.CONFIRMED, staff
    return _store(actor, row, "confirmed")


def _good_sheets(poll: Poll, row: PaperBatch) -> list[dict[str, Any]]:
    """Those that count, each by the rules as they are now. Raises Refused for one that breaks them: it could not be counted."""
    projects, good = admitted(poll), []
    for number, sheet in enumerate(row.sheets, 1):
        if sheet["void"]:
            continue
        try:
            vote = checked_vote(poll, projects, Vote(tuple(sheet["choices"]), tuple(sheet["points"])))
        except NotAllowed as wrong:
            raise Refused(_("Nr. %(number)s: %(why)s") % {"number": number, "why": wrong}) from wrong
        good.append({"choices": list(vote.choices), "points": list(vote.points)})
    return good


def empty_piles(poll: Poll) -> None:
    """After the count: how many sheets a pile had and which were void stays for the audit, what stood on them goes."""
    for row in PaperBatch.objects.filter(poll=poll):
        row.sheets = [{"choices": [], "points": [], "void": sheet["void"]} for sheet in row.sheets]
        row.save(update_fields=["sheets"])


def _store(actor: Actor, row: PaperBatch, what: str) -> PaperBatch:
    row.version += 1
    row.save()
    data: Mapping[str, Any] = {"batch": row.pk, "what": what, "sheets": len(row.sheets)}
    record("poll.batch_changed", subject=str(row.poll), actor=actor.key, data=dict(data))
    return row
