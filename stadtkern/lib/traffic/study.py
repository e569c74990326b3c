"""A study of signals from end to end: the plan in place measured, proposals from every source, each judged by the gate."""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from . import gate, plans, sumo
from .net import Net, Plan

ROUNDS = 40
SEEDS = (1, 2)  # the search sees these and no others; the gate uses its own
OUTSIDE = 3600.0  # seconds a vehicle that stays outside costs in the search
IN_A_BUS, IN_A_CAR = 25.0, 1.5  # people, an assumption of the search alone: the gate counts buses and everybody apart
BUDGET = 2400.0  # seconds for all simulations together; a study never takes much longer
LEAST_ROUNDS = 8  # of a search, fewer find nothing
JUDGED = 45  # simulations of the gate, at most
HELD = 100.0  # how heavily the search for buses weighs a second by which everybody loses


@dataclass(frozen=True)
class Judged:
    """A proposal and what the gate says of it."""

    candidate: plans.Candidate
    verdict: gate.Verdict

    @property
    def plan(self) -> dict[str, Any]:
        return {key: asdict(one) for key, one in self.candidate.plan.items()}

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [{**asdict(one), "gain": one.gain, "bus_gain": one.bus_gain} for one in self.verdict.rows]


def examine(
    scenario: sumo.Scenario, net: Net, rounds: int = ROUNDS, progress: Callable[[float], None] = lambda share: None
) -> Iterator[Judged]:
    """One after the other; `progress` tells how far all of it is (0 to 1).

    The search is as long as BUDGET allows. Raises sumo.RunFailed("too_large") where not even a short one does.
    """

    def run(plan: Plan | None, seed: int, scale: float) -> sumo.Outcome:
        return sumo.run(scenario, plan, seed, scale)

    started = time.monotonic()
    first = run(None, gate.UNSEEN[0], gate.SCALES[0])
    room = affordable(time.monotonic() - started, buses=bool(scenario.buses))
    if first.loaded and room < LEAST_ROUNDS:
        raise sumo.RunFailed("too_large")
    rounds = min(rounds, room)
    known = {(seed, scale): run(None, seed, scale) for scale in gate.SCALES for seed in gate.UNSEEN}
    progress(0.15)
    found = candidates(net, scenario, rounds, lambda share: progress(0.15 + 0.6 * share))
    for at, candidate in enumerate(found):
        yield Judged(
            candidate, gate.judge(net.programs, candidate.plan, run, known=known, buses=candidate.source == "priority")
        )
        progress(0.8 + 0.2 * (at + 1) / len(found))


def affordable(seconds: float, *, buses: bool) -> int:
    """How many rounds of the search BUDGET has room for, when one simulation takes so long."""
    left = BUDGET / max(seconds, 1e-3) - len(gate.UNSEEN) * len(gate.SCALES) - JUDGED
    return max(0, int(left / (len(SEEDS) * (2 if buses else 1))))


def candidates(net: Net, scenario: sumo.Scenario, rounds: int, progress: Callable[[float], None]) -> list[plans.Candidate]:
    """From three sources, and one for buses where the demand has some; the searches see seeds the gate does not use."""
    hours = (scenario.end - scenario.begin) / 3600
    parts = 2 if scenario.buses else 1

    def measured(plan: Plan) -> list[sumo.Outcome]:
        return [sumo.run(scenario, plan, seed) for seed in SEEDS]

    def cost(plan: Plan) -> float:
        made = measured(plan)
        return sum(one.delay_all + OUTSIDE * one.outside / max(1, one.loaded) for one in made) / len(made)

    sought = plans.search(net.programs, cost, rounds=rounds, progress=lambda done: progress(done / rounds / parts))
    found = [plans.webster(net, sumo.turns(scenario), hours), plans.actuated(net), sought]
    turns = sumo.bus_turns(scenario)
    if not turns:
        return found
    today = measured(net.programs)

    def of_people(plan: Plan) -> float:
        made = measured(plans.priority(net, plan, turns, scenario.buses))
        return sum(_weighed(now, was) for now, was in zip(made, today, strict=True)) / len(made)

    begin = min((net.programs, found[0].plan, sought.plan), key=of_people)  # what is good for all may be the better start
    best = plans.search(begin, of_people, rounds=rounds, seed=2, progress=lambda done: progress(0.5 + done / rounds / 2))
    plan = plans.priority(net, best.plan, turns, scenario.buses)
    return [*found, plans.Candidate("priority", plan, best.runs)]


def _weighed(now: sumo.Outcome, was: sumo.Outcome) -> float:
    """Seconds of people; that everybody loses beside today, or stays outside, costs so much that it is not sought."""
    cars = max(1, now.loaded - now.buses)
    everybody = (now.bus_delay * now.buses * IN_A_BUS + now.delay_all * now.loaded * IN_A_CAR) / (cars * IN_A_CAR)
    worse = max(0.0, now.delay_all - 0.98 * was.delay_all)
    return everybody + HELD * worse + OUTSIDE * now.outside / max(1, now.loaded)
