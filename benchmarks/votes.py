"""A budget vote of 10,000 people through the real actions: letters, votes, shaking, shutting, counting, audit; queries of the pages.

`.venv/bin/python benchmarks/votes.py [--people 10000] [--file FILE.pb.gz]`: CPU seconds of this process (the database works beside
it), on a platform of its own that is gone afterwards. With `--file` a Pabulib file is counted, too.
"""

import argparse
import sys
import time
from datetime import timedelta
from pathlib import Path
from random import Random

from throwaway import platform

COSTS = [84_000, 62_000, 48_000, 120_000, 22_000, 95_000, 17_500, 14_000, 39_000, 110_000, 12_000, 51_000]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--file", type=Path)
    given = parser.parse_args()
    if given.file:
        file(given.file)
    with platform("votes"):
        vote(given.people)


def clock(name: str, start: float, wall: float, per: int = 0) -> None:
    cpu, real = time.process_time() - start, time.perf_counter() - wall
    each = f"  {1000 * cpu / per:.2f} ms CPU each, {per / real:.0f} a second" if per else ""
    print(f"{name:42} {cpu:8.2f} s CPU {real:8.2f} s{each}")


def vote(people: int) -> None:
    import uuid

    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext, setup_test_environment
    from django.utils import timezone

    from stadtkern.domains.participation import actions, auditing
    from stadtkern.domains.participation.actions import polling, voting
    from stadtkern.domains.participation.ballots import Vote
    from stadtkern.domains.participation.models import Phase
    from stadtkern.kernel.accounts.access import Actor

    setup_test_environment()
    process, poll, actor = announced()
    start, wall = time.process_time(), time.perf_counter()
    codes = [code for _key, code in actions.issue_codes(actor, poll, [uuid.UUID(int=n) for n in range(people)])]
    clock("codes for letters", start, wall, people)
    dice, keys = Random(1), [f"P{at:03d}" for at in range(1, len(COSTS) + 1)]
    start, wall = time.process_time(), time.perf_counter()
    for code in codes:
        chosen = tuple(dice.sample(keys, dice.randint(1, 5)))
        actions.cast(voting.Voter(Actor(), code), process, Vote(chosen), voting.ticket(poll)[1])
    clock("votes", start, wall, people)
    for name, act in (("shaking the urn", lambda: polling.shake(poll)),):
        start, wall = time.process_time(), time.perf_counter()
        act()
        clock(name, start, wall)
    page = f"/beteiligung/{process.key}"
    Phase.objects.filter(process=process).update(ends_at=timezone.now() - timedelta(seconds=1))
    for name, act in (
        ("shutting", lambda: actions.close_poll(actor, process)),
        ("counting by three rules", lambda: actions.count(poll.pk)),
        ("export", lambda: Client().get(f"{page}/ergebnis/abstimmung.pb").content),
        ("audit with the second count", lambda: print(auditing.findings(poll_again(poll)) or "in order")),
    ):
        start, wall = time.process_time(), time.perf_counter()
        act()
        clock(name, start, wall)
    for name in ("stimmzettel", "ergebnis"):
        Client().get(f"{page}/{name}/")
        with CaptureQueriesContext(connection) as seen:
            start, wall = time.process_time(), time.perf_counter()
            Client().get(f"{page}/{name}/")
        clock(f"page {name}, {len(seen)} queries", start, wall)


def poll_again(poll):  # type: ignore[no-untyped-def]
    poll.refresh_from_db()
    return poll


def announced():  # type: ignore[no-untyped-def]
    """A vote that runs, of an office of its own."""
    from django.utils import timezone

    from stadtkern.domains.participation import actions
    from stadtkern.domains.participation.models import Contribution, Phase, Process
    from stadtkern.kernel.accounts.access import Actor
    from stadtkern.kernel.accounts.models import Account, Staff
    from stadtkern.kernel.city.models import Office

    office = Office.objects.create(key="beteiligung", title="Stelle für Bürgerbeteiligung")
    account = Account.objects.create(email="leyla@stadt.example", name="Leyla Hofmann")
    actor, now = Actor(account, Staff.objects.create(account=account, office=office, role="CLERK")), timezone.now()
    settings = {"form": "approval", "rule": "mes", "completion": "add1", "most_projects": 5, "budget_euros": 250_000}
    process = Process.objects.create(
        key="topf", kind="buergerhaushalt", title="Topf", office=office, state="PUBLISHED", published_at=now,
        settings=settings | {"letters": True, "paper": False},
    )  # fmt: skip
    Phase.objects.create(
        process=process, key="abstimmen", title="Abstimmen", starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=9),
        allows=["vote"], who={"residents": True},
    )  # fmt: skip
    for at, cost in enumerate(COSTS):
        idea = Contribution.objects.create(
            process=process,
            kind="PROPOSAL",
            state="PUBLISHED",
            title=f"Vorschlag {at}",
            text="Ja.",
            reference=f"MS-AAAA-{at:04d}",
        )
        values = {"process": process, "cost_cents": cost * 100, "admitted": True, "reason": "Geprüft und machbar."}
        actions.check_project(actor, idea, values)
    return process, actions.announce_poll(actor, process), actor


def file(name: Path) -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from stadtkern.lib.ballots import greedy, read_file
    from stadtkern.lib.ballots.shares import equal_shares

    start, wall = time.process_time(), time.perf_counter()
    election = read_file(name)
    clock(f"{name.name}: reading", start, wall)
    acts = {"greedy": lambda: greedy(election), "equal shares": lambda: equal_shares(election)}
    for rule, act in {**acts, "equal shares, add1": lambda: equal_shares(election, "add1")}.items():
        start, wall = time.process_time(), time.perf_counter()
        act()
        clock(f"{name.name}: {rule}", start, wall)


if __name__ == "__main__":
    main()
