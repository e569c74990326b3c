"""Where a contribution came from and what became of it: links, results, milestones."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.actions import record
from stadtkern.lib import ids

from ..models import Contribution, Link, Milestone, Process
from .contributing import store_new
from .guard import Refused, locked, moderator, owned, tidy

State, Kind = Contribution.State, Contribution.Kind
BY_HAND = (Link.Kind.BECAME, Link.Kind.FUNDED_BY, Link.Kind.REALISED_AS, Link.Kind.ADOPTED_FROM)


@transaction.atomic
def link(actor: Actor, source: Contribution, target: Contribution, kind: str) -> Link:
    """The source became (was funded by, was realised as) the target. Merging is not done here: it asks the supporters.

    By the office in charge of either. A second time finds the first.
    """
    if kind not in BY_HAND:
        raise Refused(_("Bitte wählen Sie, was aus dem Beitrag geworden ist."), "kind")
    if source.pk == target.pk:
        raise Refused(_("Ein Beitrag kann nicht auf sich selbst verweisen."), "target")
    rows = {pk: locked(pk) for pk in sorted((source.pk, target.pk))}
    _either(actor, rows[source.pk], rows[target.pk])
    for row in rows.values():
        if row.state not in (State.PUBLISHED, State.MERGED):
            raise Refused(_("„%s“ ist nicht veröffentlicht.") % (row.title or row.reference), "target")
    if Link.objects.filter(source=target, target=source).exists():
        raise Refused(_("Der andere Beitrag verweist schon auf diesen."), "target")
    made, fresh = Link.objects.get_or_create(source=source, target=target, kind=kind)
    if fresh:
        record(
            "contribution.linked",
            subject=str(source),
            actor=actor.key,
            data={"link": made.pk, "kind": kind, "target": target.pk},
        )
    return made


def _either(actor: Actor, source: Contribution, target: Contribution) -> None:
    """Staff of the office of one of the two; nothing is decided about anybody here, so the own contribution may be linked."""
    staff = actor.staff
    offices = {row.process.office_id for row in (source, target) if row.process}
    if staff is None or (staff.office_id not in offices and offices):
        raise Contribution.DoesNotExist
    if not offices:
        moderator(actor, source)


@transaction.atomic
def unlink(actor: Actor, row: Link) -> None:
    """A link that was a mistake; merged ones stay, supporters have agreed to them."""
    found = Link.objects.select_for_update().get(pk=row.pk)
    if found.kind not in BY_HAND:
        raise Refused(_("Zusammengeführte Beiträge bleiben verbunden."))
    source, target = locked(found.source_id), locked(found.target_id)
    _either(actor, source, target)
    record("contribution.unlinked", subject=str(source), actor=actor.key, data={"kind": found.kind, "target": target.pk})
    found.delete()


@transaction.atomic
def enter_result(actor: Actor, process: Process, values: Mapping[str, Any]) -> Contribution:
    """What the city does: a project or a decision that contributions lead to. `values`: title, text, milestones, cost_cents."""
    owned(actor, process)
    public(process)
    row = Contribution(process=process, kind=Kind.RESULT, state=State.PUBLISHED, author_shown=process.office.title[:120])
    row.title, row.text = tidy(values.get("title"), 120), tidy(values.get("text"), 5000)
    if len(row.title) < 5:
        raise Refused(_("Bitte nennen Sie das Ergebnis in einem Satz."), "title")
    cost = values.get("cost_cents")
    row.cost_cents = cost if isinstance(cost, int) and 0 <= cost < 10**15 else None
    row.published_at = row.checked_at = row.submitted_at = timezone.now()
    row.reference = free_reference()
    store_new(row)
    _write_milestones(row, values.get("milestones") or [])
    record("contribution.result_entered", subject=str(row), actor=actor.key, data={"process": process.pk})
    return row


def public(process: Process) -> None:
    """Results and projects are published as they are entered, and stay; a draft may be discarded."""
    if not Process.objects.exclude(state=Process.State.DRAFT).filter(pk=process.pk).exists():
        raise Refused(_("Das Verfahren ist noch nicht veröffentlicht."))


def free_reference() -> str:
    """A public number nobody has yet, for what is no case."""
    while Contribution.objects.filter(
        reference=(number := ids.reference(str(city().raw.get("reference_prefix", "MS"))))
    ).exists():
        continue
    return number


@transaction.atomic
def set_milestones(actor: Actor, result: Contribution, milestones: list[tuple[str, date | None, date | None]]) -> Contribution:
    """The steps of a result, all at once: title, planned for, done on."""
    row = locked(result.pk)
    if row.process is None or row.kind != Kind.RESULT:
        raise Refused(_("Meilensteine gibt es nur bei Ergebnissen."))
    owned(actor, row.process)
    row.milestones.all().delete()
    _write_milestones(row, milestones)
    record("contribution.milestones_set", subject=str(row), actor=actor.key, data={"milestones": len(milestones)})
    return row


def _write_milestones(row: Contribution, milestones: list[tuple[str, date | None, date | None]]) -> None:
    named = [(tidy(title, 150), due, done) for title, due, done in milestones[:50]]
    Milestone.objects.bulk_create(
        Milestone(contribution=row, title=title, due_date=due, done_date=done) for title, due, done in named if title
    )
