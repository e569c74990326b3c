"""Mobility: how people and things move through the city."""

from django.utils.translation import gettext_noop as _

from stadtkern.kernel.manifest import KPI, Dataset, Domain, Link

from . import api, datasets, kpis
from .tickets.products import office
from .traffic.board import TARGETS
from .trips import warming

OFFICE = "Tiefbauamt"  # of the figures of traffic

DOMAIN = Domain(
    name="mobility",
    title="Mobilität",
    office="Ordnungsamt",
    navigation=[
        Link(_("Verkehrsplanung"), "mobility:traffic_desk", audience="office:tiefbauamt"),
        Link(_("Mobilität"), "mobility:planner"),
        Link(_("Fahrscheine, Schalter"), "mobility:ticket_desk", audience=f"office:{office()}"),
        Link(_("Fahrscheine prüfen"), "mobility:ticket_control", audience=f"office:{office()}"),
        Link(_("Fahrplanquellen"), "mobility:sources", audience="office:ordnungsamt"),
        Link(_("Parkausweise"), "mobility:permits", audience="office:ordnungsamt"),
        Link(_("Kontrolle"), "mobility:control", audience="office:ordnungsamt"),
    ],
    api=api.router,
    begin=warming.begin,
    datasets=[
        Dataset("punctuality", "Pünktlichkeit von Bus und Bahn je Tag und Linie", "dl-de/zero-2-0", datasets.punctuality),
        Dataset("car_traffic", "Autoverkehr je Tag (Modell aus Zählwerten)", "dl-de/zero-2-0", datasets.car_traffic),
    ],
    kpis=[
        KPI("permits_at_once", "Bewohnerparkausweise, sofort entschieden", "%", 80, "Ordnungsamt", kpis.permits_at_once),
        KPI(
            "punctuality",
            "Pünktlichkeit von Bus und Bahn (−1 bis +5 Minuten)",
            "%",
            TARGETS["punctuality"],
            OFFICE,
            kpis.punctuality,
        ),
        KPI("transit_delay", "Verspätung von Bus und Bahn, 95 von 100 darunter", "Minuten", 5, OFFICE, kpis.transit_delay),
        KPI("transit_cancelled", "Ausgefallene Fahrten von Bus und Bahn", "%", 1, OFFICE, kpis.cancelled),
        KPI("modal_split", "Bus, Bahn, Rad und Fuß an Zählstellen", "%", TARGETS["modal_split"], OFFICE, kpis.modal_split),
        KPI("car_delay", "Zeitverlust je Autofahrt (Modell aus Zählwerten)", "Sekunden", 30, OFFICE, kpis.car_delay),
        KPI("car_co2", "CO₂ des Autoverkehrs am Tag (Schätzung)", "Tonnen", 7, OFFICE, kpis.car_co2),
        KPI("permits_valid", "Gültige Bewohnerparkausweise", "", 1000, "Ordnungsamt", kpis.permits_valid),
    ],
)
