"""Marks given blind, closed, counted by lib/judging, published. What was counted is stored and can be counted again."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record
from stadtkern.lib import judging as lib
from stadtkern.lib.judging.model import commitment

from ..eligibility import current
from ..models import Conflict, Contribution, Judging, Juror, Prize, Process, Sheet
from .guard import Refused, now_allows, tidy
from .running import locked_process
from .teaming import entries_of, is_of_team

State = Contribution.State


def entries(process: Process) -> Any:
    """What the jury looks at."""
    return Contribution.objects.filter(process=process.pk, state=State.PUBLISHED).exclude(kind=Contribution.Kind.RESULT)


def seat(actor: Actor, process: Process) -> Juror:
    """The place of this person in the jury. Raises Juror.DoesNotExist."""
    if actor.account is None or actor.mandate:
        raise Juror.DoesNotExist
    return Juror.objects.get(process=process, account=actor.account)


def partial_about(juror: Juror) -> set[int]:
    """Entries this juror must not judge: declared, and the own ones whether declared or not."""
    declared = Conflict.objects.filter(juror=juror).values_list("contribution", flat=True)
    return {*declared, *entries_of(juror.account_id, juror.process)}


@transaction.atomic
def score(actor: Actor, contribution: Contribution, points: Mapping[str, Any], note: object = "", version: int = 0) -> Sheet:
    """All points for one entry; changed as often as one likes until one closes. Diary: `sheet.saved`."""
    process = contribution.process
    if process is None:
        raise Juror.DoesNotExist
    now_allows(actor, process, "judge")
    juror = Juror.objects.select_for_update(of=("self",)).select_related("process").get(pk=seat(actor, process).pk)
    judging = Judging.objects.filter(process=process).first()
    if judging is None:
        raise Refused(_("Das Amt hat die Wertung noch nicht eröffnet."))
    if judging.closed_at or juror.closed_at:
        raise Refused(_("Die Wertung ist abgeschlossen und ändert sich nicht mehr."))
    if not entries(process).filter(pk=contribution.pk).exists():
        raise Contribution.DoesNotExist
    if is_of_team(juror.account_id, contribution) or Conflict.objects.filter(juror=juror, contribution=contribution).exists():
        raise Refused(_("Bei dieser Idee sind Sie befangen. Sie wird ohne Sie gewertet."))
    clean = _points(lib.Rules.of(judging.rules), points)
    sheet = Sheet.objects.filter(juror=juror, contribution=contribution).first() or Sheet(
        juror=juror, contribution=contribution, version=0
    )
    if sheet.version != version:
        raise Refused(_("Sie haben diese Idee inzwischen in einem anderen Fenster gewertet. Laden Sie die Seite neu."))
    sheet.points, sheet.note, sheet.saved_at, sheet.version = clean, tidy(note, 5000), timezone.now(), version + 1
    sheet.save()
    record("sheet.saved", subject=str(process), actor=actor.key, data={"juror": juror.pk, "contribution": contribution.pk})
    return sheet


def _points(rules: lib.Rules, given: Mapping[str, Any]) -> dict[str, int]:
    clean = {}
    for one in rules.criteria:
        text = str(given.get(one.key, "")).strip()
        if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= rules.most_points):
            raise Refused(
                _("„%(title)s“: bitte eine Zahl von 0 bis %(most)s.") % {"title": one.title, "most": rules.most_points}, one.key
            )
        clean[one.key] = int(text)
    return clean


@transaction.atomic
def close_sheets(actor: Actor, process: Process) -> Juror:
    """This juror is done: every entry judged, but those they are partial about. Diary: `jury.closed`."""
    row = Juror.objects.select_for_update(of=("self",)).select_related("process").get(pk=seat(actor, process).pk)
    if row.closed_at:
        return row
    if not Judging.objects.filter(process=process, closed_at=None).exists():
        raise Refused(_("Die Wertung läuft nicht."))
    todo = set(entries(process).values_list("pk", flat=True)) - partial_about(row)
    todo -= set(row.sheets.values_list("contribution", flat=True))
    if todo:
        raise Refused(_("Sie haben noch nicht alle Ideen gewertet; %s fehlen.") % len(todo))
    row.closed_at = timezone.now()
    row.save(update_fields=["closed_at"])
    record("jury.closed", subject=str(process), actor=actor.key, data={"juror": row.pk})
    return row


@transaction.atomic
def close_judging(actor: Actor, process: Process) -> Judging:
    """The clerk ends it once all jurors have closed or their phase is over; it is counted at once. Diary: `judging.closed`."""
    row = locked_process(actor, process)
    judging = Judging.objects.select_for_update().filter(process=row).first()
    if judging is None:
        raise Refused(_("Die Wertung ist noch nicht eröffnet."))
    if judging.closed_at:
        return judging
    jurors = list(
        Juror.objects.select_for_update(of=("self",)).filter(process=row, account__isnull=False).select_related("process")
    )
    running = current(row.phases.all())
    if running is not None and "judge" in running.allows and (open_ones := [one.name for one in jurors if not one.closed_at]):
        raise Refused(
            _("Noch nicht abgeschlossen haben: %s. Ist die Phase vorbei, können Sie ohne sie schließen.") % ", ".join(open_ones)
        )
    inputs = _inputs(row, judging, jurors)
    outcome = lib.rank(inputs)
    judging.closed_at, judging.inputs, judging.outcome = timezone.now(), inputs.as_json(), outcome.as_json()
    judging.digest = outcome.digest
    judging.save(update_fields=["closed_at", "inputs", "outcome", "digest"])
    record("judging.closed", subject=str(row), actor=actor.key, data={"digest": judging.digest, "sheets": len(inputs.sheets)})
    return judging


def _inputs(process: Process, judging: Judging, jurors: list[Juror]) -> lib.Inputs:
    """Everything the outcome rests on; entries by their public number, jurors by the number of their place."""
    rows = {
        pk: (reference, supports) for pk, reference, supports in entries(process).values_list("pk", "reference", "supports")
    }
    sheets = Sheet.objects.filter(juror__in=jurors, contribution__in=rows).order_by("pk")
    return lib.Inputs(
        lib.Rules.of(judging.rules),
        tuple(reference for reference, _supports in rows.values()),
        tuple(lib.Sheet(str(one.juror_id), rows[one.contribution_id][0], one.points) for one in sheets),
        frozenset((str(one.pk), rows[pk][0]) for one in jurors for pk in partial_about(one) if pk in rows),
        dict(rows.values()),
        judging.seed,
    )


def recount(judging: Judging) -> bool:
    """Whether the stored inputs still give the stored outcome, and the lot is the one that was promised."""
    if judging.inputs is None:
        return False
    inputs = lib.Inputs.of(judging.inputs)
    promised = commitment(judging.seed) == judging.commitment and inputs.seed == judging.seed
    return promised and inputs.digest() == judging.digest and lib.rank(inputs).as_json() == judging.outcome


@transaction.atomic
def publish_outcome(actor: Actor, process: Process, statement: object) -> Judging:
    """Everybody reads ranking, prizes and reasons; names appear as people chose. Diary: `judging.published`."""
    row = locked_process(actor, process)
    judging = Judging.objects.select_for_update().filter(process=row, closed_at__isnull=False).first()
    if judging is None:
        raise Refused(_("Schließen Sie zuerst die Wertung ab."))
    if judging.published_at:
        return judging
    words = tidy(statement, 5000)
    if len(words) < 20:
        raise Refused(_("Schreiben Sie in ein paar Sätzen, wie die Jury entschieden hat. Das lesen alle."), "statement")
    if Prize.objects.filter(process=row, contribution__isnull=False, decided_by=None).exists():
        raise Refused(_("Ein Preis ist vorgeschlagen, aber noch nicht von einer zweiten Person entschieden."))
    if not recount(judging):
        raise Refused(
            _("Die gespeicherten Wertungen ergeben nicht mehr das gespeicherte Ergebnis. Bitte wenden Sie sich an die IT.")
        )
    judging.published_at, judging.statement = timezone.now(), words
    judging.save(update_fields=["published_at", "statement"])
    data = {"judging": judging.pk, "digest": judging.digest}
    record("judging.published", subject=str(row), actor=actor.key, data=data)
    return judging


@transaction.atomic
def note_inputs_taken(actor: Actor, judging: Judging) -> None:
    """Somebody took the file with all marks. Diary: `judging.inputs_taken`."""
    record("judging.inputs_taken", subject=f"process:{judging.process_id}", actor=actor.key, data={"digest": judging.digest})
