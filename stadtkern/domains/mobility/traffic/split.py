"""Which share walks, cycles and rides: an estimate from streets where several kinds of traffic are counted side by side.

It is a share of those who pass there, not of the trips of residents: for that a household survey is needed (MiD, SrV), and its
figures are another thing. Where only cars are counted there is no answer.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Avg
from django.db.models import Count as Many
from django.db.models.functions import ExtractHour
from django.utils import timezone

from ..models import Count, Detector

IN_A_CAR = 1.5  # people, on average: VDV with TREMOD 6.02, the same figure as in lib.journeys.co2
LATELY = timedelta(days=28)
LEAST_DAYS = 7  # of an hour of the day, at every detector of a street
LEAST_HOURS = 12  # of the day that all of them count
Kind = Detector.Kind


@dataclass(frozen=True)
class Split:
    """People a day on the streets counted for several kinds, by kind; in the hours of the day that all of them count."""

    streets: tuple[str, ...]
    people: dict[str, float]

    @property
    def green(self) -> float | None:
        """Per cent who walk, cycle or ride."""
        total = sum(self.people.values())
        return 100 * (total - self.people.get(Kind.CAR, 0.0)) / total if total else None

    def share(self, kind: str) -> float:
        total = sum(self.people.values())
        return 100 * self.people.get(kind, 0.0) / total if total else 0.0


def split() -> Split:
    """Of the last four weeks anybody counted."""
    last = Count.objects.order_by("-at").values_list("at", flat=True).first() or timezone.now()
    detectors = {row.pk: row for row in Detector.objects.filter(active=True, faults=[]).exclude(street="")}
    rows = (
        Count.objects.filter(at__gt=last - LATELY, detector__in=list(detectors))
        .annotate(hour=ExtractHour("at"))
        .values("detector_id", "hour")
        .annotate(mean=Avg("vehicles"), days=Many("pk"))
    )
    means: dict[int, dict[int, float]] = {}
    for row in rows:
        if row["days"] >= LEAST_DAYS:
            means.setdefault(row["detector_id"], {})[row["hour"]] = row["mean"]
    places: dict[str, list[int]] = {}
    for pk in means:
        places.setdefault(detectors[pk].street, []).append(pk)
    streets = {street: _people(detectors, means, pks) for street, pks in places.items()}
    told = {street: kinds for street, kinds in streets.items() if Kind.CAR in kinds and len(kinds) > 1}
    people: dict[str, float] = {}
    for kinds in told.values():
        for kind, many in kinds.items():
            people[kind] = people.get(kind, 0.0) + many
    return Split(tuple(sorted(told)), people)


def _people(detectors: dict[int, Detector], means: dict[int, dict[int, float]], pks: list[int]) -> dict[str, float]:
    """By kind on one street: who counts bicycles by day alone is not compared with cars of day and night."""
    hours = set.intersection(*(set(means[pk]) for pk in pks))
    found: dict[str, float] = {}
    for pk in pks if len(hours) >= LEAST_HOURS else []:
        kind = detectors[pk].kind
        many = sum(means[pk][hour] for hour in hours) * (IN_A_CAR if kind == Kind.CAR else 1.0)
        found[kind] = found.get(kind, 0.0) + many
    return found
