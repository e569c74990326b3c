"""Figures of the board "Verkehr jetzt": what was counted and expected, and where every figure is from."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count as Many
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.metrics.queries import Target, targets
from stadtkern.kernel.metrics.words import percent
from stadtkern.ui.words import day

from ..models import Count, Detector, Forecast, Ride
from . import measured
from .words import number, signed, thousands

CARS = {"detector__kind": Detector.Kind.CAR}


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
    return Count.objects.filter(**CARS).order_by("-at").values_list("at", flat=True).first()


def figures() -> list[Figure]:
    """The figures of the public page, always in this order."""
    wanted = targets()
    goals = [_target(wanted.get(f"mobility.{name}")) for name in ("modal_split", "punctuality")]
    return [_volume(), _delay(), _modal_split(goals[0]), _punctuality(goals[1]), _emissions(), _sharing()]


def _target(wanted: Target | None) -> str:
    """Of a share."""
    return _("Ziel: %(share)s") % {"share": percent(wanted.value)} if wanted else _("kein Ziel gesetzt")


def _volume() -> Figure:
    title, at = _("Fahrzeuge in der letzten gezählten Stunde"), latest()
    if at is None:
        return Figure(title, "", "", "", _("Noch keine Zählwerte eingespielt."))
    now = Count.objects.filter(at=at, **CARS).aggregate(sum=Sum("vehicles"), many=Many("pk"))
    before = Count.objects.filter(at=at - timedelta(days=7), **CARS).aggregate(sum=Sum("vehicles"))["sum"]
    expected = Forecast.objects.filter(at=at, **CARS).aggregate(sum=Sum("vehicles"))["sum"]
    hour = timezone.localtime(at)
    source = _("%(many)s Zählstellen, %(day)s, %(hour)s Uhr") % {
        "many": now["many"], "day": day(hour), "hour": f"{hour:%H}–{hour.hour + 1:02d}",
    }  # fmt: skip
    trend = (
        _("%(change)s %% gegenüber der Woche davor") % {"change": signed(100 * (now["sum"] - before) / before)}
        if before
        else ""
    )
    target = _("erwartet: %(n)s") % {"n": thousands(expected)} if expected else ""
    return Figure(title, thousands(now["sum"]), target, trend, source)


def _delay() -> Figure:
    title, told = _("Zeitverlust je Fahrt mit dem Auto"), measured.cars()
    if told is None:
        return Figure(title, "", "", "", _("Dafür brauchen wir Zählwerte an Straßen. Es sind keine eingespielt."))
    source = _(
        "Geschätzt: Zählwerte von %(n)s Straßen, auf das Straßennetz umgelegt, gegen freie Fahrt. Keine gemessenen Reisezeiten."
    ) % {"n": told.streets}
    value = _("%(n)s Sekunden") % {"n": number(told.lost_s)}
    trend = _("bei %(n)s Minuten Fahrzeit im Mittel") % {"n": number(told.drive_s / 60)}
    return Figure(title, value, "", trend, source)


def _modal_split(target: str) -> Figure:
    title, told = _("Anteil von Bus, Bahn, Rad und Fuß"), measured.split()
    if told.green is None:
        source = _("Dafür müssen an einer Straße Autos und andere gezählt werden. Das ist nirgends der Fall.")
        return Figure(title, "", target, "", source)
    source = _(
        "Gezählt an %(n)s Straßen mit mehreren Verkehrsarten. Keine Befragung der Haushalte und mit ihr nicht vergleichbar."
    )
    return Figure(title, _percent(told.green), target, "", source % {"n": len(told.streets)})


def _punctuality(target: str) -> Figure:
    title, told = _("Pünktlichkeit von Bus und Bahn"), measured.transit()
    if told.share is None:
        return Figure(title, "", target, "", _("Es liegen keine gesammelten Echtzeitdaten vor."))
    trend = _("ausgefallen: %(n)s %%") % {"n": number(told.cancelled_share or 0)}
    source = _("Abfahrten höchstens 1 Minute zu früh und 5 Minuten zu spät; %(n)s Fahrten mit Echtzeit in 28 Tagen.") % {
        "n": thousands(told.observed)
    }
    return Figure(title, _percent(told.share), target, trend, source)


def _emissions() -> Figure:
    title, told = _("CO₂ des Autoverkehrs an einem Tag"), measured.cars()
    if told is None:
        return Figure(title, "", "", "", _("Dafür brauchen wir Zählwerte an Straßen. Es sind keine eingespielt."))
    source = _("Geschätzt, nicht gemessen: %(km)s Fahrzeugkilometer aus Zählwerten und Modell, %(g)s g je Kilometer.") % {
        "km": thousands(told.vehicle_km), "g": thousands(told.co2_g_km),
    }  # fmt: skip
    return Figure(title, _("etwa %(n)s t") % {"n": number(told.co2_kg / 1000)}, "", "", source)


def _sharing() -> Figure:
    since = timezone.now() - timedelta(days=7)
    many = Ride.objects.filter(at__gte=since).exclude(state=Ride.State.REFUSED).count()
    source = _("Reservierungen über diese Seiten; andere Apps zählen wir nicht.")
    return Figure(_("Reservierte Fahrzeuge zum Teilen, 7 Tage"), thousands(many), "", "", source)


def _percent(value: float) -> str:
    return f"{number(value)} %"


def busiest(limit: int = 20) -> list[tuple[Detector, int, int | None]]:
    """Detectors of the last hour with the most vehicles: counted, expected; three queries however many there are."""
    at = latest()
    if at is None:
        return []
    rows = list(Count.objects.filter(at=at, **CARS).select_related("detector").order_by("-vehicles", "pk")[:limit])
    told = dict(
        Forecast.objects.filter(at=at, detector__in=[row.detector_id for row in rows]).values_list("detector_id", "vehicles")
    )
    return [(row.detector, row.vehicles, told.get(row.detector_id)) for row in rows]
