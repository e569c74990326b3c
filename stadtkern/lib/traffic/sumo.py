"""SUMO as a process of its own with a bound on its time; without the program everything here says so."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import quoteattr

from .net import Plan, Program, read_xml

SECONDS = 120
BUSES = frozenset({"bus", "coach", "tram", "rail_urban"})  # vClass of what carries many
MEMORY_NICE = 5


class NotConnected(RuntimeError):
    """There is no SUMO on this machine."""


class RunFailed(RuntimeError):
    """SUMO refused the scenario or took too long; the message is its own, shortened."""


@dataclass(frozen=True)
class Scenario:
    """A network, the demand of a time, when it begins and ends (seconds), and which types of vehicles are buses and trams."""

    net: Path
    routes: Path
    begin: int
    end: int
    buses: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Outcome:
    """What one run measured. Delay = time lost on the way + waiting to enter, in seconds a vehicle."""

    loaded: int
    arrived: int
    waiting: int  # never entered
    teleports: int  # taken out of a jam that did not dissolve
    delay: float  # of those who arrived
    delay_all: float  # also of those on the way and outside at the end
    collisions: int = 0
    buses: int = 0
    bus_delay: float = 0.0  # of all buses and trams, also of those on the way and outside
    walks: int = 0
    walk_delay: float = 0.0  # of people on foot, seconds each

    @property
    def outside(self) -> int:
        return self.waiting + self.teleports


def program(name: str = "sumo") -> Path | None:
    """Where the program is: STADTKERN_SUMO (a folder), beside this Python, or on the path."""
    for folder in (os.environ.get("STADTKERN_SUMO"), str(Path(sys.executable).parent)):
        if folder and (found := Path(folder) / name).is_file():
            return found
    known = shutil.which(name)
    return Path(known) if known else None


def version() -> str:
    """ "SUMO 1.28.0", as the program says it. Raises NotConnected."""
    found = program()
    if found is None:
        raise NotConnected("sumo")
    told = subprocess.run(
        [str(found), "--version"], capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL
    )
    words = told.stdout.decode(errors="replace").partition("\n")[0].split()
    return f"SUMO {words[-1]}" if words else "SUMO"


def call(name: str, *arguments: str, seconds: int = SECONDS) -> None:
    """Run one of SUMO's programs. Raises NotConnected or RunFailed."""
    found = program(name)
    if found is None:
        raise NotConnected(name)
    try:
        subprocess.run(
            [str(found), *arguments], check=True, capture_output=True, timeout=seconds, stdin=subprocess.DEVNULL,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": tempfile.gettempdir()},
        )  # fmt: skip
    except subprocess.TimeoutExpired as problem:
        raise RunFailed("time") from problem
    except subprocess.CalledProcessError as problem:
        raise RunFailed(problem.stderr.decode(errors="replace")[-500:]) from problem


def run(scenario: Scenario, plan: Plan | None, seed: int, scale: float = 1.0, seconds: int = SECONDS) -> Outcome:
    """One simulation with this plan (None: the one in the network)."""
    with tempfile.TemporaryDirectory(prefix="sk-sumo-") as folder:
        statistics = Path(folder) / "statistics.xml"
        trips = Path(folder) / "trips.xml"
        arguments = [
            "--net-file", str(scenario.net), "--route-files", str(scenario.routes), "--begin", str(scenario.begin),
            "--end", str(scenario.end), "--seed", str(seed), "--scale", f"{scale:.3f}", "--no-step-log", "--no-warnings",
            "--statistic-output", str(statistics), "--tripinfo-output", str(trips), "--tripinfo-output.write-unfinished",
            "--tripinfo-output.write-undeparted", "--duration-log.statistics", "--xml-validation", "never",
        ]  # fmt: skip
        if plan:
            added = Path(folder) / "plan.add.xml"
            added.write_text(as_xml(plan), encoding="utf-8")
            arguments += ["--additional-files", str(added)]
        call("sumo", *arguments, seconds=seconds)
        return _measured(statistics, trips, scenario.buses)


def bus_types(routes: Path) -> frozenset[str]:
    """Types of vehicles in a demand that are buses or trams; empty: there are none, or they cannot be told apart."""
    types = {one.get("id", "") for one in read_xml(routes).iter("vType") if one.get("vClass") in BUSES}
    return frozenset(one for one in types if one and " " not in one)


def _measured(statistics: Path, trips: Path, types: frozenset[str]) -> Outcome:
    told = read_xml(statistics)
    vehicles, teleports, safety = told.find("vehicles"), told.find("teleports"), told.find("safety")
    done, everybody, buses = [], [], []
    for one in read_xml(trips).iter("tripinfo"):
        lost = float(one.get("timeLoss", 0)) + max(0.0, float(one.get("departDelay", 0)))
        everybody.append(lost)
        if one.get("vType") in types:
            buses.append(lost)
        if float(one.get("arrival", -1)) >= 0 and not one.get("vaporized"):
            done.append(lost)
    feet = [float(one.get("timeLoss", 0)) for one in read_xml(trips).iter("personinfo")]
    return Outcome(
        loaded=int(vehicles.get("loaded")), arrived=len(done), waiting=int(vehicles.get("waiting")),
        teleports=int(teleports.get("total")), delay=sum(done) / max(1, len(done)),
        delay_all=sum(everybody) / max(1, len(everybody)), collisions=int(safety.get("collisions", 0)),
        buses=len(buses), bus_delay=sum(buses) / max(1, len(buses)), walks=len(feet), walk_delay=sum(feet) / max(1, len(feet)),
    )  # fmt: skip


def turns(scenario: Scenario, seed: int = 1) -> Counter[tuple[str, str]]:
    """How many vehicles drove from one edge to the next, under the plan in place."""
    return Counter(pair for route in driven(scenario, seed) for pair in pairwise(route))


def driven(scenario: Scenario, seed: int = 1, types: frozenset[str] | None = None) -> list[tuple[str, ...]]:
    """The edges every vehicle (of these types) drove or means to drive."""
    with tempfile.TemporaryDirectory(prefix="sk-sumo-") as folder:
        out = Path(folder) / "routes.xml"
        call(
            "sumo", "--net-file", str(scenario.net), "--route-files", str(scenario.routes), "--begin", str(scenario.begin),
            "--end", str(scenario.end), "--seed", str(seed), "--no-step-log", "--no-warnings", "--vehroute-output", str(out),
            "--vehroute-output.write-unfinished", "--vehroute-output.last-route", "--xml-validation", "never",
        )  # fmt: skip
        told = [one for one in read_xml(out).iter("vehicle") if types is None or one.get("type") in types]
        return [tuple((one.get("edges") or "").split()) for vehicle in told for one in vehicle.iter("route")]


def bus_turns(scenario: Scenario) -> frozenset[tuple[str, str]]:
    """From one edge to the next, where buses and trams drive."""
    routes = driven(scenario, types=scenario.buses) if scenario.buses else []
    return frozenset(pair for route in routes for pair in pairwise(route))


def as_xml(plan: Plan) -> str:
    """The plan as SUMO reads it beside a network."""
    return "<additional>\n" + "\n".join(_logic(one) for one in plan.values() if not one.fixed) + "\n</additional>\n"


def _logic(one: Program) -> str:
    name = f"id={quoteattr(one.signal)} type={quoteattr(one.kind)}"
    lines = [f'<tlLogic {name} programID="stadtkern" offset="{one.offset:g}">']
    lines += [f"  <param key={quoteattr(name)} value={quoteattr(value)}/>" for name, value in one.settings]
    for phase in one.phases:
        bounds = "".join(
            f' {name}="{value:g}"' for name, value in (("minDur", phase.least), ("maxDur", phase.most)) if value is not None
        )
        lines.append(f'  <phase duration="{phase.seconds:g}" state={quoteattr(phase.state)}{bounds}/>')
    return "\n".join([*lines, "</tlLogic>"])
