"""What a SUMO network says of its signals: programs, phases, and which lane each light serves. Bounded, no DTD."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import ParseError, fromstring

MOST_BYTES = 60_000_000
GREEN, YELLOW = frozenset("Gg"), frozenset("yu")
SIMPLE = frozenset({"static", "actuated", "delay_based"})  # kinds whose phases are all there is of them
TOLD = frozenset({"duration", "state", "minDur", "maxDur", "name"})  # of a phase; with more it is no simple program
WALK = 1.2  # metres a second on foot, to reckon with; RiLSA, least greens of pedestrians: half of the road is reached


class NotANet(ValueError):
    """The file is no network we can read; the message is a code."""


@dataclass(frozen=True)
class Phase:
    """One state of the lights for so many seconds."""

    seconds: float
    state: str
    least: float | None = None
    most: float | None = None

    @property
    def is_green(self) -> bool:
        """Green for somebody, and not a passage from one green to another."""
        return bool(GREEN & set(self.state)) and not YELLOW & set(self.state)

    def bounds(self, kind: str) -> tuple[float, float]:
        """The least and the most seconds it lasts in a program of this kind."""
        if kind == "static":
            return self.seconds, self.seconds
        return (
            self.seconds if self.least is None else self.least,
            self.seconds if self.most is None else self.most,
        )


@dataclass(frozen=True)
class Program:
    """The plan of one signal: `kind` static or actuated.

    `feet`: lights of people on foot, and seconds of green they need at least. `fixed`: a program of another sort (rings,
    railway, phases that jump), which is left as it is.
    """

    signal: str
    kind: str
    offset: float
    phases: tuple[Phase, ...]
    settings: tuple[tuple[str, str], ...] = ()  # of an actuated program: "max-gap" …
    feet: tuple[tuple[int, float], ...] = ()
    fixed: bool = False

    @property
    def cycle(self) -> float:
        return sum(phase.seconds for phase in self.phases)

    @property
    def greens(self) -> list[int]:
        """Phases whose length may be another; none of a fixed program."""
        return [] if self.fixed else [at for at, one in enumerate(self.phases) if one.is_green and not self._clears(at)]

    def _clears(self, at: int) -> bool:
        """The road is cleared of people on foot: somebody's green ended without yellow, and nobody's began."""
        pairs = list(zip(self.phases[at - 1].state, self.phases[at].state, strict=False))
        ends = any(was in GREEN and now == "r" for was, now in pairs)
        return ends and not any(was not in GREEN and now in GREEN for was, now in pairs)

    def with_greens(self, seconds: Mapping[int, float]) -> "Program":
        """The same lights in the same order; only greens get other lengths."""
        changed = tuple(replace(phase, seconds=seconds.get(at, phase.seconds)) for at, phase in enumerate(self.phases))
        return replace(self, phases=changed)


Plan = Mapping[str, Program]  # by signal


@dataclass(frozen=True)
class Link:
    """A way over a junction that a light decides."""

    signal: str
    light: int
    begin: str  # edge
    lane: int
    end: str


@dataclass(frozen=True)
class Edge:
    """A street in one direction."""

    key: str
    begin: str
    end: str
    lanes: int
    length: float
    speed: float


@dataclass(frozen=True)
class Net:
    """What is needed of a network."""

    programs: dict[str, Program]
    links: tuple[Link, ...]
    edges: dict[str, Edge]


def read_net(path: Path) -> Net:
    """Read a network (.net.xml, also gzipped). Raises NotANet."""
    root = read_xml(path)
    if root.tag != "net":
        raise NotANet("no_net")
    try:
        feet = _feet(root)
        programs = {logic.get("id", ""): _program(logic, feet) for logic in root.iter("tlLogic")}
        links = tuple(
            Link(
                one.get("tl", ""), int(one.get("linkIndex", 0)), one.get("from", ""), int(one.get("fromLane", 0)),
                one.get("to", ""),
            )
            for one in root.iter("connection")
            if one.get("tl") and not one.get("from", ":").startswith(":")
        )  # fmt: skip
        edges = {edge.key: edge for edge in map(_edge, root.iter("edge")) if edge is not None}
    except (TypeError, ValueError) as problem:
        raise NotANet("bad_number") from problem
    return Net(programs, links, edges)


def read_xml(path: Path) -> Any:
    """An XML file of bounded size without DTD or entities."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except (OSError, EOFError) as problem:
        raise NotANet("unreadable") from problem
    if len(data) > MOST_BYTES:
        raise NotANet("too_large")
    try:
        return fromstring(data, forbid_dtd=True)
    except ParseError as problem:
        raise NotANet("no_xml") from problem
    except Exception as problem:  # defusedxml raises of many kinds, all of them "not readable"
        raise NotANet("no_xml") from problem


def program_of(told: Mapping[str, Any]) -> Program:
    """A program as it was kept (dataclasses.asdict). Raises NotANet."""
    try:
        phases = tuple(Phase(**phase) for phase in told["phases"])
        pairs = {name: tuple((one, two) for one, two in told.get(name, ())) for name in ("settings", "feet")}
        return Program(
            str(told["signal"]), str(told["kind"]), float(told["offset"]), phases, pairs["settings"], pairs["feet"],
            bool(told.get("fixed", False)),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as problem:
        raise NotANet("no_program") from problem


def _feet(root: Any) -> dict[str, dict[int, float]]:
    """Signal -> light -> seconds of green that people on foot need to get to the middle of the road."""
    crossings = {
        edge.get("id", ""): max((float(lane.get("length", 0)) for lane in edge.findall("lane")), default=0.0)
        for edge in root.iter("edge")
        if edge.get("function") == "crossing"
    }
    found: dict[str, dict[int, float]] = {}
    for one in root.iter("connection"):
        if one.get("tl") and one.get("to") in crossings:
            seconds = round(crossings[one.get("to")] / 2 / WALK, 1)
            found.setdefault(one.get("tl"), {})[int(one.get("linkIndex", 0))] = seconds
    return found


def _program(logic: Element, feet: Mapping[str, Mapping[int, float]]) -> Program:
    phases = tuple(
        Phase(float(one.get("duration", "")), one.get("state", ""), _number(one.get("minDur")), _number(one.get("maxDur")))
        for one in logic.iter("phase")
    )
    kind, key = logic.get("type", "static"), logic.get("id", "")
    fixed = kind not in SIMPLE or any(set(one.attrib) - TOLD for one in logic.iter("phase"))
    settings = tuple((one.get("key", ""), one.get("value", "")) for one in logic.findall("param"))
    return Program(key, kind, float(logic.get("offset", 0)), phases, settings, tuple(sorted(feet.get(key, {}).items())), fixed)


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


def _edge(edge: Element) -> Edge | None:
    lanes = edge.findall("lane")
    if edge.get("function") == "internal" or not lanes:
        return None
    first = lanes[0]
    return Edge(
        edge.get("id", ""), edge.get("from", ""), edge.get("to", ""), len(lanes), float(first.get("length", 0)),
        max(0.1, float(first.get("speed", 13.9))),
    )  # fmt: skip
