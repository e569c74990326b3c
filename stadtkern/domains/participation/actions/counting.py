"""The count, as a job: by the rule that decides and by the others, each with its record; then links to the result."""

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.events.actions import record
from stadtkern.lib.ballots import Election, Outcome, greedy
from stadtkern.ui.words import euro

from ..ballots import election_of, record_of, urn
from ..models import Contribution, Link, Poll, PollCount, PollProject, Process, Turnout
from .contributing import store_new
from .guard import Refused, owned, tidy
from .linking import enter_result, free_reference
from .papering import empty_piles

Rule, Completion = Poll.Rule, Poll.Completion
COMPARED = ((Rule.GREEDY, Completion.NONE), (Rule.SHARES, Completion.NONE), (Rule.SHARES, Completion.ADD1))


def outcome_by(election: Election, rule: str, completion: str) -> Outcome:
    """By one rule. numpy is loaded only here."""
    if rule == Rule.GREEDY:
        return greedy(election)
    from stadtkern.lib.ballots.shares import equal_shares

    return equal_shares(election, completion)


@transaction.atomic
def count(poll_id: int) -> Poll:
    """All counts of a shut urn, once; a second time changes nothing."""
    poll = Poll.objects.select_for_update(of=("self",)).select_related("process__office").get(pk=poll_id)
    if poll.state != Poll.State.CLOSED:
        return poll
    election = election_of(poll, urn(poll))
    ways = dict(Turnout.objects.filter(poll=poll).values_list("way").annotate(Count("pk")))
    for rule, completion in dict.fromkeys([(Rule(poll.rule), Completion(poll.completion)), *COMPARED]):
        outcome = outcome_by(election, rule, completion)
        PollCount.objects.create(
            poll=poll, rule=rule, completion=completion, decides=(rule, completion) == (poll.rule, poll.completion),
            winners=[election.projects[place].key for place in outcome.winners], cost_cents=int(outcome.cost * 100),
            record=record_of(election, outcome, len(election.ballots)) | {"turnout": ways},
        )  # fmt: skip
    poll.state, poll.counted_at = Poll.State.COUNTED, timezone.now()
    poll.save(update_fields=["state", "counted_at"])
    _link(poll)
    empty_piles(poll)
    record("poll.counted", subject=str(poll), actor=SYSTEM, data={"ballots": len(election.ballots)})
    return poll


def _link(poll: Poll) -> None:
    """The result as a contribution; every project that won leads there."""
    tally = PollCount.objects.get(poll=poll, decides=True)
    result = Contribution(process=poll.process, kind=Contribution.Kind.RESULT, state=Contribution.State.PUBLISHED)
    result.title = tidy(_("Ergebnis der Abstimmung: %s") % poll.process.title, 120)
    result.text = _("Von %(budget)s sind %(cost)s für %(number)s Projekte vergeben.") % {
        "budget": euro(poll.budget_cents), "cost": euro(tally.cost_cents), "number": len(tally.winners),
    }  # fmt: skip
    result.author_shown, result.cost_cents = poll.process.office.title[:120], tally.cost_cents
    result.published_at = result.checked_at = result.submitted_at = timezone.now()
    result.reference = free_reference()
    store_new(result)
    for project in PollProject.objects.filter(poll=poll, key__in=tally.winners):
        made, fresh = Link.objects.get_or_create(source_id=project.contribution_id, target=result, kind=Link.Kind.FUNDED_BY)
        if fresh:
            record(
                "contribution.linked", subject=f"contribution:{project.contribution_id}", actor=SYSTEM,
                data={"link": made.pk, "kind": made.kind, "target": result.pk},
            )  # fmt: skip


@transaction.atomic
def begin_realisation(actor: Actor, process: Process, project: PollProject) -> Contribution:
    """A project that won is being built: a result of its own, with milestones, and the link REALISED_AS."""
    owned(actor, process)
    project = PollProject.objects.select_for_update(of=("self",)).select_related("contribution").get(pk=project.pk)
    if not PollCount.objects.filter(poll=project.poll, decides=True, winners__contains=[project.key]).exists():
        raise Refused(_("Umgesetzt wird, was in der Abstimmung gewonnen hat."))
    found = Link.objects.filter(source=project.contribution, kind=Link.Kind.REALISED_AS).select_related("target").first()
    if found:
        return found.target
    text = _("Dieses Projekt wird umgesetzt. Hier steht, wie weit es ist.")
    row = enter_result(
        actor, process, {"title": _("Umsetzung: %s") % project.title, "text": text, "cost_cents": project.cost_cents}
    )
    made = Link.objects.create(source=project.contribution, target=row, kind=Link.Kind.REALISED_AS)
    data = {"link": made.pk, "kind": made.kind, "target": row.pk}
    record("contribution.linked", subject=f"contribution:{project.contribution_id}", actor=actor.key, data=data)
    return row
