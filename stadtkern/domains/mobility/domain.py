"""Mobility: how people and things move through the city."""

from stadtkern.kernel.manifest import KPI, Domain, Link

from . import api, kpis
from .tickets.products import office

DOMAIN = Domain(
    name="mobility",
    title="Mobilität",
    office="Ordnungsamt",
    navigation=[
        Link("Verkehrsplanung", "mobility:traffic_desk", audience="office:tiefbauamt"),
        Link("Mobilität", "mobility:planner"),
        Link("Fahrscheine, Schalter", "mobility:ticket_desk", audience=f"office:{office()}"),
        Link("Fahrscheine prüfen", "mobility:ticket_control", audience=f"office:{office()}"),
        Link("Fahrplanquellen", "mobility:sources", audience="office:ordnungsamt"),
        Link("Parkausweise", "mobility:permits", audience="office:ordnungsamt"),
        Link("Kontrolle", "mobility:control", audience="office:ordnungsamt"),
    ],
    api=api.router,
    kpis=[
        KPI("permits_at_once", "Bewohnerparkausweise, sofort entschieden", "%", 80, "Ordnungsamt", kpis.permits_at_once),
        KPI("permits_valid", "Gültige Bewohnerparkausweise", "", 1000, "Ordnungsamt", kpis.permits_valid),
    ],
)
