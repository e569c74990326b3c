"""The demo's idea contests: jury, marks, prizes and outcome of a file of `participation/`, through the real actions."""

from collections.abc import Callable, Mapping
from typing import Any

from stadtkern.domains.participation import actions
from stadtkern.domains.participation.models import Contribution, Juror, Process
from stadtkern.kernel.accounts.access import Actor
from stadtkern.site.rehearsal import days_ago

Who = Callable[[str | int], Actor]


def judge(process: Process, told: Mapping[str, Any], clerks: tuple[Actor, Actor], who: Who) -> None:
    """What `[jury]` tells: invited and opened, marked, and (where a day is named) closed, awarded, published."""
    jury, clerk = told["jury"], clerks[0]
    with days_ago(jury["opened"]):
        seats = [_seat(clerk, process, one, who) for one in jury["members"]]
        prizes = [(actions.add_prize(clerk, process, one["title"], one["cents"]), one) for one in jury["prizes"]]
        actions.open_judging(clerk, process)
    rows = {row.title: row for row in process.contributions.filter(state="PUBLISHED").select_related("process")}
    with days_ago(jury["marked"]):
        for title, marks in jury["marks"].items():
            for (actor, seat), given in zip(seats, marks, strict=True):
                _mark(actor, seat, rows[title], given)
    if "closed" not in jury:
        return
    with days_ago(jury["marked"] - 1):
        for actor, _one in seats:
            actions.close_sheets(actor, process)
    with days_ago(jury["closed"]):
        actions.close_judging(clerk, process)
        for prize, one in prizes:
            actions.propose_prize(clerk, prize, rows[one["idea"]], one["reason"])
            actions.decide_prize(clerks[1], prize, rows[one["idea"]].pk)
    with days_ago(jury["published"]):
        actions.publish_outcome(clerk, process, jury["statement"])
        for prize, one in prizes:
            if "iban" in one:
                winner = rows[one["idea"]].account
                assert winner is not None
                actions.claim_prize(Actor(winner), prize, winner.name, one["iban"])


def _seat(clerk: Actor, process: Process, told: Mapping[str, Any], who: Who) -> tuple[Actor, Juror]:
    actor = who(told["who"])
    assert actor.account is not None
    place = actions.invite_juror(clerk, process, actor.account.name, told["role"])
    return actor, actions.take_seat(actor, place)


def _mark(actor: Actor, seat: Juror, row: Contribution, given: list[int]) -> None:
    """Points in the order of the criteria; nothing: partial; one figure below zero: not yet."""
    if not given:
        actions.declare_conflict(actor, seat, row, "EMPLOYER")
    elif given[0] >= 0:
        actions.score(actor, row, {f"k{place}": points for place, points in enumerate(given, 1)})
