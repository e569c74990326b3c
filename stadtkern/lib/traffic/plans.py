"""Where proposals for signal plans come from: Webster's formula, a search with the simulation in the loop, actuated greens.

All of them keep the lights' states, their order, and every yellow and all-red as the plan in place has them.
"""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from .net import GREEN, Net, Plan, Program

SATURATION = 1800  # vehicles an hour a lane of green lets through
START = 2.0  # seconds of every green nobody uses
LEAST_GREEN = 5.0
SHORTEST, LONGEST = 30.0, 120.0  # cycle
EXTENSION = 12.0  # seconds a green waits at most for a bus that is coming
SEEN = 7.0  # seconds before the stop line at which a bus is noticed
STEPS = (-8, -5, -3, 3, 5, 8)


@dataclass(frozen=True)
class Candidate:
    """A proposal, where it is from, and how many simulations it took."""

    source: str  # webster · search · actuated · priority
    plan: dict[str, Program]
    runs: int = 0


def webster(net: Net, turns: Mapping[tuple[str, str], int], hours: float = 1.0) -> Candidate:
    """Cycle (1.5 L + 5) / (1 - Y) and greens by the busiest lane of each phase, every signal for itself."""
    return Candidate("webster", {key: _webster(net, one, turns, hours) for key, one in net.programs.items()})


def _webster(net: Net, one: Program, turns: Mapping[tuple[str, str], int], hours: float) -> Program:
    if len(one.greens) < 2:
        return one
    lanes = lane_flows(net, one.signal, turns, hours)
    ratios = []
    for at in one.greens:
        green = {light for light, sign in enumerate(one.phases[at].state) if sign in GREEN}
        ratios.append(max((flow / SATURATION for light, flow in lanes.items() if light in green), default=0.0))
    lost = one.cycle - sum(one.phases[at].seconds for at in one.greens) + START * len(one.greens)
    busy = min(0.9, sum(ratios))
    cycle = min(LONGEST, max(SHORTEST, (1.5 * lost + 5) / (1 - busy)))
    share = max(0.0, cycle - (one.cycle - sum(one.phases[at].seconds for at in one.greens)))
    total = sum(ratios) or 1.0
    shares = zip(one.greens, ratios, strict=True)
    return one.with_greens({at: max(least(one, at), float(round(share * ratio / total))) for at, ratio in shares})


def least(one: Program, at: int) -> float:
    """Seconds of green below which no proposal goes: nobody's under five, nobody on foot is caught before the middle."""
    return max([LEAST_GREEN, *(need for light, need in one.feet if one.phases[at].state[light : light + 1] in GREEN)])


def lane_flows(net: Net, signal: str, turns: Mapping[tuple[str, str], int], hours: float = 1.0) -> dict[int, float]:
    """Light -> vehicles an hour on its lane; a turn from several lanes is shared between them."""
    links = [link for link in net.links if link.signal == signal]
    ways = Counter((link.begin, link.end) for link in links)
    by_lane: dict[tuple[str, int], float] = {}
    for link in links:
        pair = (link.begin, link.end)
        by_lane[link.begin, link.lane] = by_lane.get((link.begin, link.lane), 0.0) + turns.get(pair, 0) / ways[pair] / hours
    return {link.light: by_lane[link.begin, link.lane] for link in links}


def actuated(net: Net, most: float = 50.0) -> Candidate:
    """Greens that last while vehicles come, between a least and a most; wants detectors at the stop lines."""
    plan = {}
    for key, one in net.programs.items():
        greens = set(one.greens)
        phases = tuple(
            replace(phase, least=phase.least or least(one, at), most=max(phase.most or most, phase.least or least(one, at)))
            if at in greens
            else phase
            for at, phase in enumerate(one.phases)
        )
        plan[key] = replace(one, kind="actuated", phases=phases) if greens else one
    return Candidate("actuated", plan)


def priority(net: Net, plan: Plan, turns: frozenset[tuple[str, str]], types: frozenset[str]) -> dict[str, Program]:
    """The plan with greens that wait for a bus: only buses are noticed, only their greens grow, nobody's green is cut."""
    made = dict(plan)
    for key, one in plan.items():
        lights = {link.light for link in net.links if link.signal == key and (link.begin, link.end) in turns}
        asked = {at for at in one.greens if any(one.phases[at].state[light] in GREEN for light in lights)}
        if not asked or len(asked) == len(one.greens):  # no bus here, or a bus in every green: nobody to be preferred
            continue
        phases = tuple(
            replace(phase, least=phase.seconds, most=phase.seconds + (EXTENSION if at in asked else 0.0))
            for at, phase in enumerate(one.phases)
        )
        settings = (
            ("vTypes", " ".join(sorted(types))), ("detector-gap", f"{SEEN:g}"), ("max-gap", f"{SEEN + 1:g}"),
            ("passing-time", "2"),
        )  # fmt: skip
        made[key] = replace(one, kind="actuated", phases=phases, settings=settings)
    return made


def search(
    start: Plan,
    cost: Callable[[Plan], float],
    *,
    rounds: int,
    seed: int = 1,
    progress: Callable[[int], None] = lambda done: None,
    offsets: bool = True,
) -> Candidate:
    """Hill climb over lengths of greens, cycles and offsets; `cost` simulates. Deterministic for one seed."""
    rng = random.Random(seed)  # noqa: S311  the same seed gives the same plan
    best: dict[str, Program] = dict(start)
    lowest, pace = cost(best), 1.0
    keys = [key for key, one in best.items() if one.greens]
    for done in range(1, rounds + 1 if keys else 1):
        tried = dict(best)
        for key in rng.sample(keys, min(len(keys), 1 + int(rng.random() < 0.5) + int(rng.random() < 0.25))):
            tried[key] = _moved(tried[key], rng, pace, offsets and len(keys) > 1)
        value = cost(tried)
        if value < lowest:
            best, lowest, pace = tried, value, min(2.0, pace * 1.15)
        else:
            pace = max(0.4, pace * 0.97)
        progress(done)
    return Candidate("search", best, rounds + 1)


def _moved(one: Program, rng: random.Random, pace: float, offsets: bool) -> Program:
    """One step: a green longer or shorter, seconds from one green to another, all greens scaled, or another offset."""
    greens = {at: one.phases[at].seconds for at in one.greens}
    way, step = rng.random(), max(1.0, round(abs(rng.choice(STEPS)) * pace)) * rng.choice((-1, 1))
    if way < 0.3 or len(greens) < 2:
        at = rng.choice(list(greens))
        greens[at] += step
    elif way < 0.6:
        giver, taker = rng.sample(list(greens), 2)
        step = min(abs(step), max(0.0, greens[giver] - least(one, giver)))
        greens[giver] -= step
        greens[taker] += step
    elif way < 0.8 or not offsets:
        factor = rng.choice((0.75, 0.85, 0.92, 1.08, 1.15))
        greens = {at: round(value * factor) for at, value in greens.items()}
    else:
        return replace(one, offset=float((one.offset + rng.choice((-20, -10, -5, 5, 10, 20))) % max(1.0, one.cycle)))
    moved = one.with_greens({at: max(least(one, at), float(value)) for at, value in greens.items()})
    return moved if moved.cycle <= max(LONGEST, one.cycle) else one
