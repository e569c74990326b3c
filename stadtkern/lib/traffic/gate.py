"""The gate every proposal must pass: simulated on seeds nobody searched with and on other demand, beside the plan in place.

It refuses what makes delay longer, what only wins because vehicles stay outside, what fails when demand is ten per cent other,
and what touches lights, order, yellow or all-red, what leaves people on foot too little green or lets them wait longer, and
what lets anybody see red for minutes. A plan for buses must be worth it for the buses and may cost nobody else
anything: the same bars, but the gain is asked of the buses. It gives a verdict; releasing is a person's act.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from statistics import mean

from .net import GREEN, Phase, Plan, Program
from .plans import LEAST_GREEN, LONGEST
from .sumo import Outcome

UNSEEN = (9001, 9002, 9003, 9004, 9005)
SCALES = (1.0, 0.9, 1.1)
BETTER = 5.0  # per cent of mean delay, else it is not worth the change
LONGEST_RED = 180.0  # seconds a light may stay red while others ask for green
WALK_LONGER = 1.0  # seconds people on foot may lose more; less than that is chance
Run = Callable[[Plan | None, int, float], Outcome]


@dataclass(frozen=True)
class Row:
    """One scale of demand: means over the seeds, in place and proposed."""

    scale: float
    before: float
    after: float
    outside_before: int
    outside_after: int
    worse_seeds: int
    arrived_before: int
    arrived_after: int
    buses: int = 0  # a run; 0: none in this demand
    bus_before: float = 0.0
    bus_after: float = 0.0
    bus_worse_seeds: int = 0
    loaded: int = 0
    collisions_before: int = 0
    collisions_after: int = 0
    walks: int = 0  # people on foot in a run; 0: none in this demand
    walk_before: float = 0.0
    walk_after: float = 0.0

    @property
    def bus_gain(self) -> float:
        """Per cent less delay of buses and trams; negative is worse."""
        return 100 * (1 - self.bus_after / self.bus_before) if self.bus_before else 0.0

    @property
    def gain(self) -> float:
        """Per cent less delay; negative is worse."""
        return 100 * (1 - self.after / self.before) if self.before else 0.0


@dataclass(frozen=True)
class Verdict:
    """`reasons` are codes of what speaks against it; empty means it may be shown to the person who releases."""

    rows: tuple[Row, ...]
    reasons: tuple[str, ...] = field(default=())

    @property
    def passed(self) -> bool:
        return not self.reasons


def structure(before: Plan, after: Plan) -> list[str]:
    """What a proposal may not change; codes."""
    found = []
    for key, old in before.items():
        new = after.get(key)
        if new is None or [phase.state for phase in new.phases] != [phase.state for phase in old.phases]:
            found.append("lights_changed")
            continue
        found += _times(old, new)
    if set(after) - set(before):
        found.append("unknown_signal")
    return sorted(set(found))


def _times(old: Program, new: Program) -> Iterator[str]:
    """What is wrong with the seconds of a program that shows the same lights in the same order."""
    if new.kind not in {old.kind, "static", "actuated"} or (old.fixed and new != old):
        yield "kind_changed"
        return
    spans = [(was.bounds(old.kind), now.bounds(new.kind)) for was, now in zip(old.phases, new.phases, strict=True)]
    if not isfinite(new.offset) or not all(_in_order(phase, now) for phase, (_was, now) in zip(new.phases, spans, strict=True)):
        yield "no_time"
        return
    greens = set(old.greens)
    if any(was != now for at, (was, now) in enumerate(spans) if at not in greens):
        yield "clearing_changed"
    if any(now[0] < min(LEAST_GREEN, was[0]) for at, (was, now) in enumerate(spans) if at in greens):
        yield "green_too_short"
    if any(_least(new, run) < min(need, _least(old, run)) for light, need in old.feet for run in _runs(old, light)):
        yield "walk_too_short"
    if new.kind == "static" and new.cycle > max(LONGEST, old.cycle):
        yield "cycle_too_long"
    if new.kind != "static" and _red(new) > max(LONGEST_RED, _red(old)):
        yield "red_too_long"


def _in_order(phase: Phase, span: tuple[float, float]) -> bool:
    return all(isfinite(one) and one >= 0 for one in (phase.seconds, *span)) and span[0] <= span[1]


def _runs(one: Program, light: int) -> list[list[int]]:
    """Phases behind each other, around the end of the cycle too, in which a light is green."""
    green = [phase.state[light : light + 1] in GREEN for phase in one.phases]
    if all(green):
        return []
    first = green.index(False)
    runs: list[list[int]] = [[]]
    for at in (*range(first, len(green)), *range(first)):
        if green[at]:
            runs[-1].append(at)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _least(one: Program, run: Sequence[int]) -> float:
    return sum(one.phases[at].bounds(one.kind)[0] for at in run)


def _red(one: Program) -> float:
    """The longest any light that turns green at all can stay without it."""
    longest = 0.0
    for light in range(min((len(phase.state) for phase in one.phases), default=0)):
        red = [phase.bounds(one.kind)[1] for phase in one.phases if phase.state[light] not in GREEN]
        longest = max(longest, sum(red) if len(red) < len(one.phases) else 0.0)
    return longest


def judge(
    in_place: Plan,
    proposed: Plan,
    run: Run,
    *,
    seeds: Sequence[int] = UNSEEN,
    scales: Sequence[float] = SCALES,
    known: Mapping[tuple[int, float], Outcome] | None = None,
    better: float = BETTER,
    buses: bool = False,
) -> Verdict:
    """Simulate both plans on every seed and scale.

    `known`: outcomes of the plan in place, to be measured once only. `buses`: the plan is meant for buses and trams.
    """
    if wrong := structure(in_place, proposed):
        return Verdict((), tuple(wrong))
    rows, reasons = [], []
    for scale in scales:
        before = [known[seed, scale] if known and (seed, scale) in known else run(None, seed, scale) for seed in seeds]
        after = [run(proposed, seed, scale) for seed in seeds]
        row = _row(scale, before, after)
        rows.append(row)
        reasons += against(row, len(seeds), better, buses=buses)
        if scale == scales[0] and {"delay_worse", "more_outside"} & set(reasons):
            break  # refused already; the other demands need not be simulated
    return Verdict(tuple(rows), tuple(dict.fromkeys(reasons)))


def _row(scale: float, before: Sequence[Outcome], after: Sequence[Outcome]) -> Row:
    return Row(
        scale=scale,
        before=mean(one.delay_all for one in before),
        after=mean(one.delay_all for one in after),
        outside_before=sum(one.outside for one in before),
        outside_after=sum(one.outside for one in after),
        worse_seeds=sum(now.delay_all > was.delay_all for was, now in zip(before, after, strict=True)),
        arrived_before=sum(one.arrived for one in before),
        arrived_after=sum(one.arrived for one in after),
        buses=round(mean(one.buses for one in before)),
        bus_before=mean(one.bus_delay for one in before),
        bus_after=mean(one.bus_delay for one in after),
        bus_worse_seeds=sum(now.bus_delay > was.bus_delay for was, now in zip(before, after, strict=True)),
        loaded=round(mean(one.loaded for one in before)),
        collisions_before=sum(one.collisions for one in before),
        collisions_after=sum(one.collisions for one in after),
        walks=round(mean(one.walks for one in before)),
        walk_before=mean(one.walk_delay for one in before),
        walk_after=mean(one.walk_delay for one in after),
    )


def against(row: Row, seeds: int, better: float = BETTER, *, buses: bool = False) -> list[str]:
    """What one row says against a plan; codes."""
    expected, found = row.scale == 1.0, []
    if not row.loaded:
        return ["nobody_drives"]
    if row.collisions_after > row.collisions_before:
        found.append("more_collisions")
    if row.walk_after > row.walk_before + WALK_LONGER:
        found.append("walkers_worse")
    if row.gain < 0:
        found.append("delay_worse" if expected else "delay_worse_other_demand")
    elif expected and not buses and row.gain < better:
        found.append("too_little")
    if row.outside_after > row.outside_before:
        found.append("more_outside" if expected else "more_outside_other_demand")
    if expected and not buses and row.gain >= 0 and row.worse_seeds > seeds // 3:
        found.append("not_steady")
    return found + (_against_for_buses(row, seeds, better) if buses else [])


def _against_for_buses(row: Row, seeds: int, better: float) -> list[str]:
    if row.scale != 1.0:
        return ["buses_worse_other_demand"] if row.bus_gain < 0 else []
    if row.bus_gain < better:
        return ["too_little_for_buses"]
    return ["not_steady_for_buses"] if row.bus_worse_seeds > seeds // 3 else []
