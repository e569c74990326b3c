"""The streets of a city as flat arrays: edges between junctions, their shape, and what each way of moving pays for them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
PROFILES = ("walk", "wheelchair", "bike", "scooter", "car")
BIT = {profile: 1 << number for number, profile in enumerate(PROFILES)}
STEPS, PUSHED, ROUGH, LIFT = 1, 2, 4, 8  # what is worth saying about an edge
SCALE = 1e7  # degrees are kept as integers
METRES = 111_195.0  # of a degree of latitude


@dataclass(frozen=True)
class Place:
    """A point on an edge: `share` of the way along it, `off_m` metres beside it. `edge` -1: no street near."""

    lat: float
    long: float
    edge: int
    share: float
    off_m: float

    def __bool__(self) -> bool:
        return self.edge >= 0


@dataclass(frozen=True)
class Places:
    """Many of them."""

    lat: Array
    long: Array
    edge: Array  # int32
    share: Array  # float32
    off_m: Array  # float32

    def __len__(self) -> int:
        return len(self.edge)

    def __getitem__(self, at: Array) -> Places:
        return Places(self.lat[at], self.long[at], self.edge[at], self.share[at], self.off_m[at])

    @staticmethod
    def of(*places: Place) -> Places:
        columns = [np.array([getattr(place, name) for place in places]) for name in ("lat", "long", "edge", "share", "off_m")]
        return Places(columns[0], columns[1], columns[2].astype(np.int32), *(c.astype(np.float32) for c in columns[3:]))


@dataclass(frozen=True)
class Ways:
    """Nodes n, edges e, directed edges 2e (2e: first to last node, 2e+1: back), arcs 2e sorted by the node they leave."""

    lat: Array  # n, float64
    long: Array
    shut: Array  # n, uint8: profiles that cannot pass (kerb, bollard), as bits
    tail: Array  # e, int32: first node
    head: Array  # e: last node
    edge_m: Array  # e, float32
    marks: Array  # e, uint8: STEPS, PUSHED, ROUGH, LIFT
    cost: Array  # profiles x 2e, int32: milliseconds, -1 forbidden
    firm: Array  # profiles x e, bool: may be snapped to (not an island)
    name: Array  # e, int32 into names
    shape_first: Array  # e+1, int32
    shape_lat: Array  # int32, degrees * SCALE
    shape_long: Array
    shape_m: Array  # float32, metres from the edge's first node
    arc_first: Array  # n+1
    arc_to: Array
    arc_way: Array  # directed edge
    segment_edge: Array  # each piece of a shape: its edge
    segment_at: Array  # and its first point
    cell_first: Array
    cell_segments: Array
    names: list[str] = field(default_factory=lambda: [""])
    frame: tuple[float, float, float, float, int, int] = (0.0, 0.0, 1.0, 1.0, 1, 1)  # south, west, cell sizes, rows, columns

    @property
    def nodes(self) -> int:
        return len(self.lat)

    @property
    def edges(self) -> int:
        return len(self.tail)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for one in fields(self):
            if one.name not in ("names", "frame"):
                np.save(folder / f"{one.name}.npy", getattr(self, one.name), allow_pickle=False)
        (folder / "ways.json").write_text(json.dumps({"names": self.names, "frame": self.frame}), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Ways:
        """Memory-mapped: all processes of a machine share one copy."""
        rest = json.loads((folder / "ways.json").read_text(encoding="utf-8"))
        arrays = {
            one.name: np.load(folder / f"{one.name}.npy", mmap_mode="r", allow_pickle=False)
            for one in fields(cls)
            if one.name not in ("names", "frame")
        }
        south, west, high, wide, rows, columns = rest["frame"]
        return cls(**arrays, names=rest["names"], frame=(south, west, high, wide, int(rows), int(columns)))

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """South, west, north, east."""
        south, west, high, wide, rows, columns = self.frame
        return south, west, south + high * rows, west + wide * columns

    def snap(self, lat: float, long: float, profile: str = "walk", radius: float = 250.0) -> Place:
        """The nearest point of the streets this profile may use."""
        from .search import snap_all

        found = snap_all(self, np.array([lat]), np.array([long]), profile, radius)
        return Place(lat, long, int(found.edge[0]), float(found.share[0]), float(found.off_m[0]))

    def snap_all(self, lat: Array, long: Array, profile: str = "walk", radius: float = 250.0) -> Places:
        from .search import snap_all

        return snap_all(self, lat, long, profile, radius)

    def reach(self, place: Place, profile: str, seconds: int) -> tuple[Array, Array]:
        """All nodes within these seconds, and how many it takes."""
        from .search import flood

        field = flood(self, Places.of(place), profile, seconds)
        return field.nodes, field.ms / 1000

    def to_points(self, place: Place, points: Places, profile: str, seconds: int) -> tuple[Array, Array]:
        """Which of these places are reached, and in how many whole seconds."""
        from .search import spread

        found = spread(self, Places.of(place), points, profile, seconds)
        index = np.flatnonzero(found.reached)
        return index.astype(np.int32), found.seconds[index]

    def line(self, start: Place, goal: Place, profile: str) -> list[tuple[float, float]]:
        """The way between two places; empty where there is none."""
        from .search import line

        return line(self, start, goal, profile)


def metres(lat1: Array, long1: Array, lat2: Array, long2: Array) -> Array:
    """Between points that lie near each other."""
    middle = np.cos(np.radians((lat1 + lat2) / 2))
    return np.hypot((lat2 - lat1) * METRES, (long2 - long1) * METRES * middle)
