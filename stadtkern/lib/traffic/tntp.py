"""Networks and trips in the format of the Transportation Networks collection, to compare with published answers."""

import re

import numpy as np

from .assign import Links, Trips


def read_links(text: str) -> Links:
    """The table of links; nodes count from one there."""
    through = int(_told(text, "FIRST THRU NODE")) - 1
    rows = [line.split(";")[0].split() for line in text.split("<END OF METADATA>")[1].splitlines()]
    table = np.array([[float(word) for word in row[:7]] for row in rows if row and not row[0].startswith("~")])
    tail, head = table[:, 0].astype(np.int64) - 1, table[:, 1].astype(np.int64) - 1
    nodes = int(_told(text, "NUMBER OF NODES"))
    return Links(nodes, tail, head, table[:, 4], table[:, 2], table[:, 5], table[:, 6], through)


def read_trips(text: str) -> Trips:
    """The matrix of trips."""
    found = []
    for part in text.split("<END OF METADATA>")[1].split("Origin")[1:]:
        origin, _, rest = part.strip().partition("\n")
        found += [(int(origin) - 1, int(goal) - 1, float(many)) for goal, many in re.findall(r"(\d+)\s*:\s*([\d.eE+-]+)", rest)]
    table = [(origin, goal, many) for origin, goal, many in found if many > 0 and origin != goal]
    origins, goals, amounts = zip(*table, strict=True)
    return Trips(np.array(origins, np.int64), np.array(goals, np.int64), np.array(amounts, float))


def _told(text: str, name: str) -> str:
    found = re.search(rf"<{name}>\s*([\d.]+)", text)
    if found is None:
        raise ValueError(name)
    return found[1]
