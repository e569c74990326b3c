"""Which share walks, cycles and rides: an estimate from streets where several kinds of traffic are counted side by side.

It is a share of those who pass there, not of the trips of residents: for that a household survey is needed (MiD, SrV), and its
figures are another thing. Where only cars are counted there is no answer.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count as Many
from django.db.models import Sum
from django.utils import timezone

from ..models import Count, Detector

IN_A_CAR = 1.5  # people, on average: VDV with TREMOD 6.02, the same figure as in lib.journeys.co2
LATELY = timedelta(days=28)
LEAST_HOURS = 7 * 24  # of a detector in that time
Kind = Detector.Kind


@dataclass(frozen=True)
class Split:
    """People a day on the streets counted for several kinds, by kind."""

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
        .values("detector_id")
        .annotate(sum=Sum("vehicles"), hours=Many("pk"))
    )
    streets: dict[str, dict[str, float]] = {}
    for row in rows:
        if row["hours"] >= LEAST_HOURS:
            one = detectors[row["detector_id"]]
            daily = row["sum"] * 24 / row["hours"] * (IN_A_CAR if one.kind == Kind.CAR else 1.0)
            kinds = streets.setdefault(one.street, {})
            kinds[one.kind] = kinds.get(one.kind, 0.0) + daily
    told = {street: kinds for street, kinds in streets.items() if Kind.CAR in kinds and len(kinds) > 1}
    people: dict[str, float] = {}
    for kinds in told.values():
        for kind, many in kinds.items():
            people[kind] = people.get(kind, 0.0) + many
    return Split(tuple(sorted(told)), people)
