"""The office's side of a budget vote: check projects, announce ballot and rule, shut the urn."""

import secrets
from collections.abc import Mapping
from random import SystemRandom
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.events.actions import record

from ..models import Ballot, Contribution, LetterCode, Link, PaperBatch, Phase, Poll, PollKey, PollProject, Process, Turnout
from .contributing import store_new
from .guard import Refused, owned, tidy
from .holding import one_register
from .linking import free_reference, public

State, Verdict = Poll.State, PollProject.Verdict
FEW = 10  # ballots that are mixed with each other at least, while the vote runs
FIXED = ("form", "rule", "completion", "most_projects", "most_points", "most_points_each", "within_budget", "letters", "paper")


def locked_poll(process: Process) -> Poll:
    """The poll of a process, made when it is first needed; its row is locked."""
    row = Poll.objects.select_for_update().filter(process=process).first()
    if row is None:
        Poll.objects.get_or_create(process=process)
        row = Poll.objects.select_for_update().get(process=process)
    return row


@transaction.atomic
def check_project(actor: Actor, idea: Contribution, values: Mapping[str, Any]) -> PollProject:
    """What the office found out about an idea: cost, feasible or not, and why. `values`: process, title, cost_cents,
    admitted, reason. An admitted idea BECAME a project of its own, so the idea stays as it was written; a second check
    replaces the first. Raises Refused.
    """
    process: Process = values["process"]
    staff = owned(actor, process)
    public(process)
    poll = locked_poll(process)
    if poll.state != State.PREPARED:
        raise Refused(_("Der Stimmzettel ist schon angekündigt. Nehmen Sie die Ankündigung zuerst zurück."))
    idea = Contribution.objects.select_for_update(of=("self",)).defer("search").get(pk=idea.pk)
    if idea.kind not in ("IDEA", "PROPOSAL") or idea.state != Contribution.State.PUBLISHED:
        raise Refused(_("Geprüft werden veröffentlichte Ideen und Vorschläge."))
    title, reason = tidy(values.get("title") or idea.title, 120), tidy(values.get("reason"), 2000)
    cost, admitted = values.get("cost_cents"), bool(values.get("admitted"))
    if not isinstance(cost, int) or not 0 <= cost < 10**14 or (admitted and not cost):
        raise Refused(_("Bitte geben Sie die Kosten in Euro an, zum Beispiel 12.500."), "cost")
    if len(reason) < 10:
        raise Refused(_("Bitte schreiben Sie, was die Prüfung ergeben hat. Der Text steht auf dem Stimmzettel."), "reason")
    row = PollProject.objects.filter(poll=poll, contribution__in=_forms_of(idea)).first()
    if row is None:
        row = PollProject(poll=poll, key=_next_key(poll))
    row.contribution = _project(process, idea, title, cost) if admitted else idea
    if not admitted:
        _withdraw_project(actor, process, idea)
    row.title, row.cost_cents, row.reason, row.verdict = title, cost, reason, Verdict.ADMITTED if admitted else Verdict.REFUSED
    row.checked_by, row.checked_at = staff, timezone.now()
    row.save()
    record("poll.project_checked", subject=str(poll), actor=actor.key, data={"project": row.pk, "idea": idea.pk, "cents": cost})
    return row


def _withdraw_project(actor: Actor, process: Process, idea: Contribution) -> None:
    """An idea that was admitted and is not any more: its project can no longer be read, and the link goes."""
    for link in Link.objects.filter(source=idea, kind=Link.Kind.BECAME, target__process=process, target__kind="PROJECT"):
        Contribution.objects.filter(pk=link.target_id).update(state=Contribution.State.HIDDEN)
        data = {"kind": link.kind, "target": link.target_id}
        link.delete()
        record("contribution.unlinked", subject=str(idea), actor=actor.key, data=data)


def _forms_of(idea: Contribution) -> list[int]:
    became = Link.objects.filter(source=idea, kind=Link.Kind.BECAME, target__kind=Contribution.Kind.PROJECT)
    return [idea.pk, *became.values_list("target", flat=True)]


def _next_key(poll: Poll) -> str:
    last = PollProject.objects.filter(poll=poll).order_by("-key").values_list("key", flat=True).first()
    number = int(last[1:]) + 1 if last else 1
    if number > 999:
        raise Refused(_("Auf einem Stimmzettel haben höchstens 999 Projekte Platz."))
    return f"P{number:03d}"


def _project(process: Process, idea: Contribution, title: str, cost: int) -> Contribution:
    """The project an idea became: one, however often it is checked."""
    became = Link.objects.filter(source=idea, kind=Link.Kind.BECAME, target__process=process, target__kind="PROJECT").first()
    row = Contribution.objects.defer("search").get(pk=became.target_id) if became else Contribution(process=process)
    if became is None:
        row.kind, row.state, row.reference = Contribution.Kind.PROJECT, Contribution.State.PUBLISHED, free_reference()
        row.published_at = row.checked_at = row.submitted_at = timezone.now()
        row.author_shown = process.office.title[:120]
        row.lat, row.long, row.district, row.address, row.category = idea.lat, idea.long, idea.district, idea.address, None
    row.title, row.text, row.cost_cents = title, idea.text, cost
    store_new(row)
    if became is None:
        Link.objects.create(source=idea, target=row, kind=Link.Kind.BECAME)
    return row


@transaction.atomic
def announce_poll(actor: Actor, process: Process) -> Poll:
    """Ballot and rule are fixed and can be read; the phase that allows it opens the vote. Settings become those of the poll."""
    owned(actor, process)
    poll = locked_poll(process)
    if poll.state != State.PREPARED:
        raise Refused(_("Der Stimmzettel ist schon angekündigt."))
    voting = list(Phase.objects.filter(process=process, allows__contains=["vote"]))
    if not voting:
        raise Refused(_("Keine Phase dieses Verfahrens erlaubt das Abstimmen. Legen Sie zuerst eine an."))
    take_settings(poll, process)
    admitted = list(poll.projects.filter(verdict=Verdict.ADMITTED))
    if len(admitted) < 2:
        raise Refused(_("Auf den Stimmzettel gehören mindestens zwei zugelassene Projekte."))
    if not poll.budget_cents:
        raise Refused(_("Tragen Sie in den Einstellungen ein, wie viel Geld es gibt."))
    _can_be_voted(poll, voting)
    poll.state, poll.ready_at = State.READY, timezone.now()
    poll.save()
    PollKey.objects.get_or_create(poll=poll, defaults={"secret": secrets.token_bytes(32)})
    record("poll.announced", subject=str(poll), actor=actor.key, data={"rule": poll.rule, "projects": len(admitted)})
    return poll


def _can_be_voted(poll: Poll, voting: list[Phase]) -> None:
    """Raises Refused for settings nobody could vote or count with."""
    if poll.form == Poll.Form.POINTS and not poll.most_points:
        raise Refused(_("Tragen Sie in den Einstellungen ein, wie viele Punkte jede Person vergeben kann."))
    if poll.paper and not poll.letters:
        raise Refused(_("Papier gibt es nur zusammen mit Briefen: Ihr Code steht auf dem Umschlag und wird abgehakt."))
    for phase in voting:
        one_register(poll, phase)


def take_settings(poll: Poll, process: Process) -> None:
    settings = process.settings
    for name in FIXED:
        if name in settings:
            setattr(poll, name, settings[name])
    if poll.rule == Poll.Rule.GREEDY:
        poll.completion = Poll.Completion.NONE
    poll.budget_cents = int(settings.get("budget_euros") or 0) * 100
    poll.entitled = int(settings.get("entitled") or 0) or None


@transaction.atomic
def recall_poll(actor: Actor, process: Process) -> Poll:
    """Back to checking projects, as long as nobody has voted."""
    owned(actor, process)
    poll = locked_poll(process)
    if poll.state != State.READY or Turnout.objects.filter(poll=poll).exists():
        raise Refused(_("Es ist schon jemand zur Abstimmung gegangen: Stimmzettel und Regel stehen fest."))
    _no_open_piles(poll)
    poll.state = State.PREPARED
    poll.save(update_fields=["state"])
    record("poll.recalled", subject=str(poll), actor=actor.key)
    return poll


@transaction.atomic
def close_poll(actor: Actor | None, process: Process) -> Poll:
    """Shut the urn after the vote: mixed and numbered by lot, the key of the pseudonyms deleted. The count follows as a job."""
    if actor is not None:
        owned(actor, process)
    poll = locked_poll(process)
    if poll.state != State.READY:
        raise Refused(_("Die Urne ist nicht offen."))
    voting = Phase.objects.filter(process=process, allows__contains=["vote"])
    runs = voting.filter(ends_at__gt=timezone.now()).exists() and process.state == Process.State.PUBLISHED
    if runs or (actor is None and not voting.filter(ends_at__lte=timezone.now()).exists()):
        raise Refused(_("Die Abstimmung läuft noch oder kommt noch. Die Urne wird danach geschlossen."))
    _no_open_piles(poll)
    rows = list(Ballot.objects.filter(poll=poll).values_list("pk", flat=True))
    _write_anew(rows, numbered=True)
    PollKey.objects.filter(poll=poll).delete()
    LetterCode.objects.filter(poll=poll).delete()
    poll.state, poll.closed_at = State.CLOSED, timezone.now()
    poll.save(update_fields=["state", "closed_at"])
    record("poll.closed", subject=str(poll), actor=actor.key if actor else SYSTEM, data={"ballots": len(rows)})
    return poll


def _no_open_piles(poll: Poll) -> None:
    if PaperBatch.objects.filter(poll=poll, state__in=[PaperBatch.State.OPEN, PaperBatch.State.ENTERED]).exists():
        raise Refused(_("Es gibt noch Stapel mit Papier-Stimmzetteln, die niemand bestätigt oder verworfen hat."))


@transaction.atomic
def shake(poll: Poll) -> int:
    """Ballots that came in since the last time are written anew, in an order drawn by lot and in one transaction: then neither
    the marks of the database nor the place on the disk tell which ballot and which voter were stored together. Only when there
    are enough of them to hide among; returns how many."""
    if Poll.objects.select_for_update().get(pk=poll.pk).state != State.READY:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(FRESH, [poll.pk, poll.pk])
        fresh = [pk for (pk,) in cursor.fetchall()]
    if len(fresh) < FEW:
        return 0
    _write_anew(fresh, numbered=False)
    Poll.objects.filter(pk=poll.pk).update(mixed_at=timezone.now())
    return len(fresh)


FRESH = """SELECT id FROM participation_ballot WHERE poll_id = %s AND xmin::text IN (
    SELECT xmin::text FROM participation_ballot WHERE poll_id = %s GROUP BY 1 HAVING count(*) = 1) FOR UPDATE"""


def _write_anew(keys: list[UUID], *, numbered: bool) -> None:
    """Row after row in an order drawn by lot."""
    SystemRandom().shuffle(keys)
    with connection.cursor() as cursor:
        rows = [(number if numbered else None, key) for number, key in enumerate(keys, 1)]
        cursor.executemany("UPDATE participation_ballot SET number = %s WHERE id = %s", rows)


def due(limit: int = 20) -> list[Poll]:
    """Polls without paper whose vote is over: the clock shuts their urns."""
    voting, now = Phase.objects.filter(allows__contains=["vote"]), timezone.now()
    running, over = (voting.filter(**when).values("process") for when in ({"ends_at__gt": now}, {"ends_at__lte": now}))
    rows = Poll.objects.filter(state=State.READY, paper=False, process__in=over).exclude(process__in=running)
    return list(rows.select_related("process")[:limit])


def open_urns() -> list[Poll]:
    return list(Poll.objects.filter(state=State.READY))


def name_of(error: IntegrityError) -> str:
    """Which constraint refused it."""
    cause = error.__cause__
    return str(getattr(getattr(cause, "diag", None), "constraint_name", "") or "")
