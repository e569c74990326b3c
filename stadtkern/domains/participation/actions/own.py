"""The author's side: keep a draft, change what was sent while nobody has answered, take it back."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.models import QUEUE, Case
from stadtkern.kernel.events.actions import record

from ..models import Contribution, ContributionQuerySet, Petition, Process, Statement
from ..templating import template
from .contributing import complete, draft_or_new, fill, said_already, store_new
from .guard import Refused, locked, now_allows

State = Contribution.State


@transaction.atomic
def save_draft(
    actor: Actor, process: Process, values: Mapping[str, Any], draft: Contribution | None = None, draft_key: str = ""
) -> Contribution:
    """Keep what was typed so far; nothing is checked. One per person and process: a second tab goes on with the first."""
    now_allows(actor, process, "contribute")
    if draft is None and actor.owner is None and not draft_key:
        raise Refused(_("Ihr Browser nimmt keine Cookies an. Schicken Sie den Beitrag gleich ab, oder melden Sie sich an."))
    said_already(actor, process, values, draft_key)  # two tabs wait for each other
    if draft is None:
        draft = draft_of(Contribution.objects.all(), actor, process, draft_key)
    row = draft_or_new(actor, process, draft, draft_key)
    fill(actor, row, values, process)
    row.kind, row.created_at = Contribution.Kind(template(process.kind).contribution), timezone.now()
    fresh = row.pk is None
    row.save()
    if fresh:
        record("contribution.drafted", subject=str(row), actor=actor.key, data={"process": process.pk})
    return row


def draft_of(rows: ContributionQuerySet, actor: Actor, process: Process, draft_key: str = "") -> Contribution | None:
    """The draft this person (or this browser) has in this process."""
    drafts = rows.filter(process=process, state=State.DRAFT)
    if actor.owner:
        drafts = drafts.filter(account=actor.owner.pk)
    elif draft_key:
        drafts = drafts.filter(account=None, draft_key=draft_key)
    else:
        return None
    # Most people have none: one narrow question, and the row itself only where there is one.
    newest = drafts.order_by("-pk").values_list("pk", flat=True).first()
    return rows.filter(pk=newest, state=State.DRAFT).defer("search").first() if newest else None


@transaction.atomic
def discard(actor: Actor, contribution: Contribution) -> None:
    """Throw a draft away."""
    row = locked(contribution.pk, Contribution.objects.of_author(actor))
    if row.state != State.DRAFT:
        raise Refused(_("Dieser Beitrag ist schon abgeschickt. Sie können ihn zurückziehen."))
    record("contribution.discarded", subject=str(row), actor=actor.key, data={"process": row.process_id})
    row.delete()


def editable(row: Contribution) -> bool:
    """Others have agreed to, or answered, the text they read: from then on it stays."""
    if Petition.objects.filter(pk=row.pk).exclude(state=Petition.State.INADMISSIBLE).exists():
        return False  # people sign this text
    if Statement.objects.filter(pk=row.pk).exists():
        return False  # its receipt is sealed; another statement may follow
    return row.state == State.SUBMITTED or (row.state == State.PUBLISHED and not row.supports and not row.comments)


@transaction.atomic
def edit(actor: Actor, contribution: Contribution, values: Mapping[str, Any], version: int) -> Contribution:
    """The author changes the text while the phase runs and nobody has answered; moderators read it again."""
    row = locked(contribution.pk, Contribution.objects.of_author(actor))
    process = row.process
    if process is None or not editable(row):
        raise Refused(
            _("Andere haben schon auf Ihren Beitrag geantwortet. Schreiben Sie einen Kommentar, wenn sich etwas ändert.")
        )
    now_allows(actor, process, "contribute")
    if row.version != version:
        raise Refused(_("Der Beitrag wurde inzwischen an anderer Stelle geändert. Laden Sie die Seite neu."))
    fill(actor, row, {"details": row.details, "geometry": row.geometry, **values}, process)
    complete(row, process)
    row.version, row.edited_at, row.checked_at = row.version + 1, timezone.now(), None
    if process.settings.get("moderation", "before") == "before":
        row.state = State.SUBMITTED
    store_new(row)
    record("contribution.edited", subject=str(row), actor=actor.key, data={"version": row.version})
    return row


@transaction.atomic
def withdraw(actor: Actor, contribution: Contribution) -> Contribution:
    """The author takes it back: it can no longer be read. A second time changes nothing."""
    row = locked(contribution.pk, Contribution.objects.of_author(actor))
    if row.state == State.WITHDRAWN:
        return row
    if row.state not in (State.SUBMITTED, State.PUBLISHED):
        raise Refused(_("Diesen Beitrag können Sie nicht mehr zurückziehen."))
    row.state, row.edited_at = State.WITHDRAWN, timezone.now()
    row.save(update_fields=["state", "edited_at"])
    case = Case.objects.filter(pk=row.case_id, status__in=QUEUE).first() if row.case_id else None
    if case is not None:
        with suppress(cases.Refused, Case.DoesNotExist):
            cases.withdraw(actor, case)
    record("contribution.withdrawn", subject=str(row), actor=actor.key, data={"process": row.process_id})
    return row
