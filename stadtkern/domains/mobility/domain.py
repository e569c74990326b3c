"""Mobility: how people and things move through the city."""

from django.utils.translation import gettext_noop as _

from stadtkern.kernel.manifest import KPI, Dataset, Domain, Link

from . import api, datasets, kpis
from .tickets.products import office
from .trips import warming

OFFICE = "Tiefbauamt"  # of the figures of traffic
LIVE = _("Dafür muss die Echtzeit der Verkehrsbetriebe angeschlossen sein (GTFS-Realtime), und Fahrten müssen gesammelt sein.")
COUNTS = _("Dafür müssen Zählwerte an Straßen eingespielt sein.")

DOMAIN = Domain(
    name="mobility",
    title=_("Mobilität"),
    office="Ordnungsamt",
    navigation=[
        Link(_("Verkehrsplanung"), "mobility:traffic_desk", audience="office:tiefbauamt"),
        Link(_("Mobilität"), "mobility:planner"),
        Link(_("Fahrscheine, Schalter"), "mobility:ticket_desk", audience=f"office:{office()}"),
        Link(_("Fahrscheine prüfen"), "mobility:ticket_control", audience=f"office:{office()}"),
        Link(_("Fahrplanquellen"), "mobility:sources", audience="office:ordnungsamt"),
        Link(_("Parkausweise"), "mobility:permits", audience="office:ordnungsamt"),
        Link(_("Parkkontrolle"), "mobility:control", audience="office:ordnungsamt"),
    ],
    api=api.router,
    begin=warming.begin,
    datasets=[
        Dataset("punctuality", "Pünktlichkeit von Bus und Bahn je Tag und Linie", "dl-de/zero-2-0", datasets.punctuality),
        Dataset("car_traffic", "Autoverkehr je Tag (Modell aus Zählwerten)", "dl-de/zero-2-0", datasets.car_traffic),
    ],
    kpis=[
        KPI(
            "permits_at_once", _("Bewohnerparkausweise, sofort entschieden"), "%", "Ordnungsamt", kpis.permits_at_once,
            missing=_("Dafür muss in den letzten 90 Tagen ein Ausweis entschieden worden sein."),
        ),
        KPI(
            "punctuality", _("Pünktlichkeit von Bus und Bahn (−1 bis +5 Minuten)"), "%", OFFICE, kpis.punctuality, missing=LIVE
        ),
        KPI(
            "transit_delay", _("Verspätung von Bus und Bahn, 95 von 100 darunter"), _("Minuten"), OFFICE, kpis.transit_delay,
            better="less", unit_one=_("Minute"), missing=LIVE,
        ),
        KPI(
            "transit_cancelled", _("Ausgefallene Fahrten von Bus und Bahn"), "%", OFFICE, kpis.cancelled,
            better="less", missing=LIVE,
        ),
        KPI(
            "modal_split", _("Bus, Bahn, Rad und Fuß an Zählstellen"), "%", OFFICE, kpis.modal_split,
            missing=_("Dafür müssen an einer Straße Autos und andere gezählt werden."),
        ),
        KPI(
            "car_delay", _("Zeitverlust je Autofahrt (Modell aus Zählwerten)"), _("Sekunden"), OFFICE, kpis.car_delay,
            better="less", unit_one=_("Sekunde"), missing=COUNTS,
        ),
        KPI(
            "car_co2", _("CO₂ des Autoverkehrs am Tag (Schätzung)"), _("Tonnen"), OFFICE, kpis.car_co2,
            better="less", unit_one=_("Tonne"), missing=COUNTS,
        ),
        KPI("permits_valid", _("Gültige Bewohnerparkausweise"), "", "Ordnungsamt", kpis.permits_valid, better=""),
    ],
)  # fmt: skip
