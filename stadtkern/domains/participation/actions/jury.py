"""The jury: its members, who is partial about what, and the rules fixed before the first mark."""

import secrets

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import DESK_ROLES, Staff
from stadtkern.kernel.events.actions import record
from stadtkern.lib.ids import drawn
from stadtkern.lib.judging.model import commitment

from ..contests.rules import rules_of
from ..models import Conflict, Contribution, Judging, Juror, Process, Sheet
from .guard import Refused, owned, tidy
from .running import locked_process
from .teaming import CODE, is_of_team

MOST_JURORS = 50


@transaction.atomic
def invite_juror(actor: Actor, process: Process, name: object, role: object = "") -> Juror:
    """A place in the jury for somebody; they take it with the code. Diary: `jury.invited`."""
    row = locked_process(actor, process)
    _still_open(row)
    shown = tidy(name, 120)
    if len(shown) < 3:
        raise Refused(_("Wie heißt das Mitglied? So steht es später in der Öffentlichkeit."), "name")
    if row.jurors.count() >= MOST_JURORS:
        raise Refused(_("Mehr als %s Mitglieder hat eine Jury nicht.") % MOST_JURORS)
    made = Juror.objects.create(process=row, name=shown, role=tidy(role, 150), code=drawn(CODE))
    record("jury.invited", subject=str(row), actor=actor.key, data={"juror": made.pk})
    return made


@transaction.atomic
def take_seat(actor: Actor, juror: Juror) -> Juror:
    """The invited person takes the place with their own account. Twice changes nothing. Diary: `jury.accepted`."""
    if actor.account is None or actor.mandate:
        raise Refused(_("Bitte melden Sie sich an. In der Jury sitzt man mit dem eigenen Konto."), sign_in=True)
    row = Juror.objects.select_for_update(of=("self",)).select_related("process").get(pk=juror.pk)
    if row.account_id == actor.account.pk:
        return row
    if row.account_id is not None:
        raise Refused(_("Diese Einladung hat schon jemand angenommen. Fragen Sie das Amt nach einer neuen."))
    if row.process.settings.get("blind") == "until_result" and _sees_files(actor.staff, row.process):
        raise Refused(_("Sie bearbeiten dieses Verfahren und sehen die Namen in den Akten. In die Jury gehört jemand anderes."))
    row.account, row.accepted_at, row.code = actor.account, timezone.now(), None
    try:
        with transaction.atomic():
            row.save(update_fields=["account", "accepted_at", "code"])
    except IntegrityError as error:
        raise Refused(_("Sie gehören schon zu dieser Jury.")) from error
    record("jury.accepted", subject=str(row.process), actor=actor.key, data={"juror": row.pk})
    return row


@transaction.atomic
def remove_juror(actor: Actor, juror: Juror) -> None:
    """Before the judging is closed; their marks go, too. Diary: `jury.removed`."""
    row = Juror.objects.select_for_update(of=("self",)).select_related("process").get(pk=juror.pk)
    owned(actor, row.process)
    _still_open(row.process)
    record("jury.removed", subject=str(row.process), actor=actor.key, data={"juror": row.pk, "sheets": row.sheets.count()})
    row.delete()


@transaction.atomic
def open_judging(actor: Actor, process: Process) -> Judging:
    """Rules and lot are fixed, the digest of the lot is public from now on. Diary: `judging.opened`."""
    row = locked_process(actor, process)
    if known := Judging.objects.filter(process=row).first():
        return known
    if row.state != Process.State.PUBLISHED:
        raise Refused(_("Veröffentlichen Sie zuerst das Verfahren."))
    try:
        rules = rules_of(row.settings)
    except ValueError as error:
        raise Refused(str(error)) from error
    seats = row.jurors.filter(account__isnull=False).count()
    if seats < rules.least_jurors:
        raise Refused(
            _("Erst %(seats)s Mitglieder haben zugesagt; jede Idee braucht mindestens %(least)s Wertungen.")
            % {"seats": seats, "least": rules.least_jurors}
        )
    seed = secrets.token_hex(32)
    data = {"criteria": [vars(one) for one in rules.criteria]}
    data |= {name: value for name, value in vars(rules).items() if name != "criteria"}
    made = Judging.objects.create(process=row, rules=data, seed=seed, commitment=commitment(seed))
    record("judging.opened", subject=str(row), actor=actor.key, data={"commitment": made.commitment})
    return made


@transaction.atomic
def declare_conflict(actor: Actor, juror: Juror, contribution: Contribution, kind: str) -> Conflict:
    """Partial: by the juror, or by a clerk about them. What they gave before goes. Diary: `jury.conflict_declared`."""
    row, staff = _juror_for(actor, juror)
    if kind not in Conflict.Kind.values:
        raise Refused(_("Bitte wählen Sie, warum."), "kind")
    if contribution.process_id != row.process_id:
        raise Contribution.DoesNotExist
    if staff is None and row.closed_at:
        raise Refused(_("Sie haben Ihre Wertung abgeschlossen. Sagen Sie es dem Amt; es kann die Befangenheit noch eintragen."))
    made, fresh = Conflict.objects.get_or_create(
        juror=row, contribution=contribution, defaults={"kind": kind, "by_staff": staff}
    )
    gone, _per_table = Sheet.objects.filter(juror=row, contribution=contribution).delete()
    if fresh:
        data = {"juror": row.pk, "contribution": contribution.pk, "kind": kind, "sheets": gone}
        record("jury.conflict_declared", subject=str(row.process), actor=actor.key, data=data)
    return made


@transaction.atomic
def lift_conflict(actor: Actor, conflict: Conflict) -> None:
    """Entered by mistake: the juror takes back their own, a clerk any. Diary: `jury.conflict_lifted`."""
    found = Conflict.objects.select_for_update(of=("self",)).select_related("juror", "contribution").get(pk=conflict.pk)
    row, staff = _juror_for(actor, found.juror)
    if staff is None and (found.by_staff_id or row.closed_at):
        raise Refused(_("Das hat das Amt eingetragen. Bitte fragen Sie dort."))
    if is_of_team(row.account_id, found.contribution):
        raise Refused(_("Wer eine Idee selbst eingereicht hat, bleibt bei ihr befangen."))
    data = {"juror": row.pk, "contribution": found.contribution_id}
    record("jury.conflict_lifted", subject=str(row.process), actor=actor.key, data=data)
    found.delete()


def _juror_for(actor: Actor, juror: Juror) -> tuple[Juror, Staff | None]:
    """The juror's row, locked, for themselves or for a clerk of the office; while the judging is open."""
    row = Juror.objects.select_for_update(of=("self",)).select_related("process").get(pk=juror.pk)
    _still_open(row.process)
    if actor.account is not None and row.account_id == actor.account.pk:
        return row, None
    return row, owned(actor, row.process)


def _still_open(process: Process) -> None:
    if Judging.objects.filter(process=process, closed_at__isnull=False).exists():
        raise Refused(_("Die Wertung ist abgeschlossen."))


def _sees_files(staff: Staff | None, process: Process) -> bool:
    return staff is not None and staff.office_id == process.office_id and staff.role in DESK_ROLES
