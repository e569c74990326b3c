"""What a figure is: title, unit, owner, which way is good, and how it is measured. No tables."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class KPI:
    """A figure of a department; `measure` returns its value today, or None where there is nothing to measure.

    `measure` only reads, and returns something about many: never about one person.
    """

    name: str
    title: str
    unit: str  # "%", "Tage", ""; behind one: `unit_one`
    owner: str  # title of the office that answers for it
    measure: Callable[[], float | None]
    better: str = "more"  # "more" · "less" · "": neither is good or bad, so there is no target
    missing: str = ""  # what has to be there before this can be measured
    unit_one: str = ""
    lawful: float | None = None  # a target the law sets; nobody in the city can set another
    law: str = ""  # which one: "Art. 33 Abs. 1 DSGVO"

    def __post_init__(self) -> None:
        if self.better not in ("more", "less", ""):
            raise ValueError(f'{self.name}: better is "more", "less" or "", not {self.better!r}')
        if (self.lawful is None) == bool(self.law) or (self.law and not self.better):
            raise ValueError(f"{self.name}: a target by law has a value, names the law and says which way is good")

    def reached(self, value: float, target: float) -> bool:
        """Whether this value is as good as the target or better."""
        return value >= target if self.better == "more" else value <= target


@dataclass(frozen=True)
class Group:
    """A department and its figures."""

    name: str
    title: str
    kpis: tuple[KPI, ...]


# Every figure of this city; filled once at start by site/wiring.py.
GROUPS: list[Group] = []


def key_of(group: Group, kpi: KPI) -> str:
    """How a value names its figure: "mobility.punctuality"."""
    return f"{group.name}.{kpi.name}"


def every() -> Iterator[tuple[str, Group, KPI]]:
    """All figures in the order of the departments."""
    for group in GROUPS:
        for kpi in group.kpis:
            yield key_of(group, kpi), group, kpi


def find(department: str, name: str) -> tuple[Group, KPI] | None:
    """One figure; None: this city has no such figure."""
    return next(((group, kpi) for _key, group, kpi in every() if (group.name, kpi.name) == (department, name)), None)
