"""Figures of the board "Verkehr jetzt": what was counted and expected, and where every figure is from."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count as Many
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import Count, Detector, Forecast, Ride, Scenario, Work
from .words import number


@dataclass(frozen=True)
class Figure:
    """`value` "" means: not measured. `source` says where it is from or why there is none."""

    title: str
    value: str
    target: str
    trend: str
    source: str


def latest() -> datetime | None:
    """The last hour anybody counted."""
    return Count.objects.order_by("-at").values_list("at", flat=True).first()


def figures() -> list[Figure]:
    """The figures of the public page, always in this order."""
    return [_volume(), _delay(), _modal_split(), _punctuality(), _emissions(), _sharing()]


def _volume() -> Figure:
    title, at = _("Fahrzeuge in der letzten gezählten Stunde"), latest()
    if at is None:
        return Figure(title, "", "", "", _("Noch keine Zählwerte eingespielt."))
    now = Count.objects.filter(at=at).aggregate(sum=Sum("vehicles"), many=Many("pk"))
    before = Count.objects.filter(at=at - timedelta(days=7)).aggregate(sum=Sum("vehicles"))["sum"]
    expected = Forecast.objects.filter(at=at).aggregate(sum=Sum("vehicles"))["sum"]
    hour = timezone.localtime(at)
    source = _("%(many)s Zählstellen, %(day)s, %(hour)s Uhr") % {
        "many": now["many"], "day": f"{hour:%d.%m.%Y}", "hour": f"{hour:%H}–{hour.hour + 1:02d}",
    }  # fmt: skip
    trend = _("%(change)s %% gegenüber der Woche davor") % {"change": _signed(now["sum"], before)} if before else ""
    target = _("erwartet: %(n)s") % {"n": _thousands(expected)} if expected else ""
    return Figure(title, _thousands(now["sum"]), target, trend, source)


def _delay() -> Figure:
    title, base = _("Zeitverlust je Fahrt mit dem Auto"), _model()
    if base is None:
        return Figure(title, "", "", "", _("Dafür brauchen wir Reisezeiten. Es sind keine angeschlossen."))
    hours, trips, day = base
    told = _("Fahrzeit im Modell: %(n)s Minuten") % {"n": number(60 * hours / trips)}
    return Figure(title, "", told, "", _("Das Modell vom %(day)s rechnet nur die Fahrzeit im Berufsverkehr.") % {"day": day})


def _modal_split() -> Figure:
    source = _("Kommt aus einer Befragung der Haushalte; es liegt keine vor.")
    return Figure(_("Anteil von Bus, Bahn, Rad und Fuß"), "", _("Ziel: 65 %"), "", source)


def _punctuality() -> Figure:
    source = _("Es liegen keine gesammelten Echtzeitdaten vor.")
    return Figure(_("Pünktlichkeit von Bus und Bahn"), "", _("Ziel: 90 %"), "", source)


def _emissions() -> Figure:
    title = _("CO₂ des Autoverkehrs in einer Stunde des Berufsverkehrs")
    row = Scenario.objects.filter(state=Work.DONE).order_by("-pk").first()
    if row is None:
        return Figure(title, "", "", "", _("Das Rechenmodell ist noch nicht gelaufen."))
    kilograms = row.result["co2"][0]
    day = f"{timezone.localtime(row.at):%d.%m.%Y}"
    source = _("Geschätzt, nicht gemessen: Rechenmodell vom %(day)s, mittlere Flotte.") % {"day": day}
    return Figure(title, _("etwa %(n)s kg") % {"n": _thousands(round(kilograms, -1))}, "", "", source)


def _sharing() -> Figure:
    since = timezone.now() - timedelta(days=7)
    many = Ride.objects.filter(at__gte=since).exclude(state=Ride.State.REFUSED).count()
    source = _("Reservierungen über diese Seiten; andere Apps zählen wir nicht.")
    return Figure(_("Reservierte Fahrzeuge zum Teilen, 7 Tage"), _thousands(many), "", "", source)


def _model() -> tuple[float, float, str] | None:
    row = Scenario.objects.filter(state=Work.DONE).order_by("-pk").first()
    if row is None or not row.result.get("trips"):
        return None
    return float(row.result["hours"][0]), float(row.result["trips"]), f"{timezone.localtime(row.at):%d.%m.%Y}"


def _signed(now: int, before: int) -> str:
    return f"{100 * (now - before) / before:+.0f}".replace("-", "−")


def _thousands(value: float | None) -> str:
    return f"{round(value or 0):,}".replace(",", ".")


def busiest(limit: int = 20) -> list[tuple[Detector, int, int | None]]:
    """Detectors of the last hour with the most vehicles: counted, expected; three queries however many there are."""
    at = latest()
    if at is None:
        return []
    rows = list(Count.objects.filter(at=at).select_related("detector").order_by("-vehicles", "pk")[:limit])
    told = dict(
        Forecast.objects.filter(at=at, detector__in=[row.detector_id for row in rows]).values_list("detector_id", "vehicles")
    )
    return [(row.detector, row.vehicles, told.get(row.detector_id)) for row in rows]
