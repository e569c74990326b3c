"""The moderator's side: publish, reject, hide, show again; with a reason, and the case is decided along with it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.models import Case, Decision, Status
from stadtkern.kernel.events.actions import record

from ..models import Complaint, Contribution, Moderation
from ..reasons import REASONS
from .guard import Refused, locked, moderator, tidy
from .stating import is_statement, stays_inside
from .telling import tell_hidden

State, What = Contribution.State, Moderation.What


class ChangedMeanwhile(Refused):
    """The author has changed the text since the moderator read it."""


def _as_read(row: Contribution, version: int | None) -> None:
    """Nobody decides about a text they have not read. `version`: the one on the moderator's page; None: decided by rule."""
    if version is not None and row.version != version:
        raise ChangedMeanwhile(
            _("Der Text wurde geändert, seit Sie ihn gelesen haben. Nichts ist entschieden. Lesen Sie die neue Fassung.")
        )


@transaction.atomic
def publish(actor: Actor, contribution: Contribution, version: int | None = None) -> Contribution:
    """It can be read; where it is public already, it has been looked at. A second time changes nothing."""
    row = locked(contribution.pk)
    staff = moderator(actor, row)
    if row.state == State.PUBLISHED and row.checked_at:
        return row
    _as_read(row, version)
    if row.state not in (State.SUBMITTED, State.PUBLISHED):
        raise Refused(_("Dieser Beitrag wartet nicht auf Sie. Laden Sie die Seite neu."))
    if stays_inside(row):
        raise Refused(_("Diese Stellungnahme liest nur das Amt. Öffentlich wird die Abwägung."))
    fresh = row.state == State.SUBMITTED
    now = timezone.now()
    row.state, row.checked_at, row.published_at = State.PUBLISHED, now, row.published_at or now
    row.save(update_fields=["state", "checked_at", "published_at"])
    Moderation.objects.create(contribution=row, what=What.PUBLISHED, by=staff, at=now)
    decide_case(actor, row, Decision.Outcome.GRANTED)
    name = "contribution.published" if fresh else "contribution.checked"
    record(name, subject=str(row), actor=actor.key, data={"process": row.process_id, "kind": row.kind})
    return row


@transaction.atomic
def reject(actor: Actor, contribution: Contribution, reason: str, text: str, version: int | None = None) -> Moderation:
    """It is not published; the author reads why and may appeal."""
    row = locked(contribution.pk)
    staff = moderator(actor, row)
    if row.state != State.SUBMITTED:
        raise Refused(_("Ablehnen kann man nur, was noch nicht veröffentlicht ist. Sie können den Beitrag ausblenden."))
    _as_read(row, version)
    words = reasoned(reason, text)
    row.state, row.checked_at = State.REJECTED, timezone.now()
    row.save(update_fields=["state", "checked_at"])
    made = Moderation.objects.create(
        contribution=row, what=What.REJECTED, reason=reason, text=tidy(text, 2000), by=staff, at=row.checked_at
    )
    if not decide_case(actor, row, Decision.Outcome.REJECTED, words):
        tell_hidden(actor, row, row.account, words, f"moderation:{made.pk}")
    record("contribution.rejected", subject=str(row), actor=actor.key, data={"process": row.process_id, "moderation": made.pk})
    return made


@transaction.atomic
def hide(actor: Actor, contribution: Contribution, reason: str, text: str, version: int | None = None) -> Moderation:
    """It was public and is taken away; the author reads why, in the inbox, and may appeal."""
    row = locked(contribution.pk)
    staff = moderator(actor, row)
    if row.state != State.PUBLISHED:
        raise Refused(_("Ausblenden kann man nur, was veröffentlicht ist."))
    _as_read(row, version)
    words = reasoned(reason, text)
    row.state, row.checked_at = State.HIDDEN, timezone.now()
    row.save(update_fields=["state", "checked_at"])
    made = Moderation.objects.create(contribution=row, what=What.HIDDEN, reason=reason, text=tidy(text, 2000), by=staff)
    Complaint.objects.filter(contribution=row, done_at=None).update(done_at=made.at, done_by=staff)
    decide_case(actor, row, Decision.Outcome.REJECTED, words)
    tell_hidden(actor, row, row.account, words, f"moderation:{made.pk}")
    record("contribution.hidden", subject=str(row), actor=actor.key, data={"process": row.process_id, "moderation": made.pk})
    return made


@transaction.atomic
def restore(actor: Actor, contribution: Contribution, text: str = "") -> Contribution:
    """It can be read again."""
    row = locked(contribution.pk)
    staff = moderator(actor, row)
    if row.state not in (State.HIDDEN, State.REJECTED):
        raise Refused(_("Dieser Beitrag ist nicht ausgeblendet. Laden Sie die Seite neu."))
    if stays_inside(row):
        raise Refused(_("Diese Stellungnahme liest nur das Amt. Öffentlich wird die Abwägung."))
    show_again(row)
    made = Moderation.objects.create(contribution=row, what=What.RESTORED, text=tidy(text, 2000), by=staff)
    record("contribution.restored", subject=str(row), actor=actor.key, data={"moderation": made.pk})
    return row


def show_again(row: Contribution) -> None:
    """Published (again); writes the row, notes nothing."""
    row.state, row.checked_at = State.PUBLISHED, timezone.now()
    row.published_at = row.published_at or row.checked_at
    row.save(update_fields=["state", "checked_at", "published_at"])


def reasoned(reason: str, text: str) -> str:
    """The reason in words, with what the moderator adds. Raises Refused without one."""
    if reason not in REASONS:
        raise Refused(_("Bitte wählen Sie einen Grund."), "reason")
    added = tidy(text, 2000)
    if reason == "other" and not added:
        raise Refused(_("Bitte schreiben Sie den Grund dazu. Die Person, die den Beitrag geschrieben hat, liest ihn."), "text")
    return "\n\n".join(part for part in (str(REASONS[reason]), added) if part)


def decide_case(actor: Actor, row: Contribution, outcome: str, reason: str = "") -> bool:
    """The same decision in the file, which tells the author; False where the case stays as it was, decided before."""
    case = Case.objects.filter(pk=row.case_id).first() if row.case_id else None
    if case is None or case.status != Status.IN_REVIEW or is_statement(row):
        return False
    try:
        cases.decide(actor, case, outcome, reason)
    except cases.Refused as refused:
        raise Refused(str(refused)) from refused
    except Case.DoesNotExist:
        raise Refused(_("Der Vorgang liegt bei einem anderen Amt. Bitte entscheiden Sie dort.")) from None
    return True
