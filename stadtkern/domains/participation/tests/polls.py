"""Budget votes for tests: one that runs, people, and its end."""

from datetime import timedelta

from django.utils import timezone

from stadtkern.domains.participation import actions
from stadtkern.domains.participation.actions import voting
from stadtkern.domains.participation.ballots import Vote
from stadtkern.domains.participation.models import Contribution, Phase, Poll
from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Trust

SETTINGS = {
    "form": "approval", "rule": "mes", "completion": "add1", "most_projects": 3, "budget_euros": 1000, "letters": False,
    "paper": False, "within_budget": False, "most_points": 10, "most_points_each": 5, "entitled": 0,
}  # fmt: skip
REGISTER = {"residents": True}
BY_POST = {"letters": True, "paper": True, "who": REGISTER}  # only where the register says who votes


def announced(make_process, moderator, **changed):
    """Announced, with four projects, and running. `changed`: settings, and `who` may vote."""
    process = prepared(make_process, moderator, **changed)
    actions.announce_poll(Actor(moderator.account, moderator), process)
    return process, Poll.objects.get(process=process)


def prepared(make_process, moderator, who=None, **changed):
    """Not yet announced."""
    settings = SETTINGS | changed
    process = make_process("topf", kind="buergerhaushalt", allows=("vote",), settings=settings, who=who or {})
    actor = Actor(moderator.account, moderator)
    for at, cost in enumerate((600, 500, 300, 100), 1):
        idea = Contribution.objects.create(
            process=process, kind="PROPOSAL", state="PUBLISHED", title=f"Idee Nummer {at}", text="Das wäre gut.",
            reference=f"MS-AAAA-000{at}",
        )  # fmt: skip
        values = {"process": process, "cost_cents": cost * 100, "admitted": True, "reason": "Machbar, geprüft."}
        actions.check_project(actor, idea, values)
    return process


def person(number):
    return Actor(Account.objects.create(email=f"w{number}@example.org", name=f"W {number}"), trust=Trust.BASIC)


def cast(actor, process, *keys, points=()):
    return actions.cast(voting.Voter(actor), process, Vote(keys, points), voting.ticket(process.poll)[1])


def end(process, poll):
    """The voting phase is over."""
    Phase.objects.filter(process=process).update(
        starts_at=timezone.now() - timedelta(days=9), ends_at=timezone.now() - timedelta(seconds=1)
    )
    process.refresh_from_db()
