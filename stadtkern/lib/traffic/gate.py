"""The gate every proposal must pass: simulated on seeds nobody searched with and on other demand, beside the plan in place.

It refuses what makes delay longer, what only wins because vehicles stay outside, what fails when demand is ten per cent other,
and what touches lights, order, yellow or all-red. A plan for buses must be worth it for the buses and may cost nobody else
anything: the same bars, but the gain is asked of the buses. It gives a verdict; releasing is a person's act.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mean

from .net import Plan
from .plans import LEAST_GREEN
from .sumo import Outcome

UNSEEN = (9001, 9002, 9003, 9004, 9005)
SCALES = (1.0, 0.9, 1.1)
BETTER = 5.0  # per cent of mean delay, else it is not worth the change
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
        pairs = list(zip(old.phases, new.phases, strict=True))
        if any(was.seconds != now.seconds for was, now in pairs if not was.is_green):
            found.append("clearing_changed")
        if any(
            now.is_green and min(now.seconds, now.least or now.seconds) < min(LEAST_GREEN, was.seconds) for was, now in pairs
        ):
            found.append("green_too_short")
    if set(after) - set(before):
        found.append("unknown_signal")
    return sorted(set(found))


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
    )


def against(row: Row, seeds: int, better: float = BETTER, *, buses: bool = False) -> list[str]:
    """What one row says against a plan; codes."""
    expected, found = row.scale == 1.0, []
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
