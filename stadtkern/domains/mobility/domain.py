"""Mobility: how people and things move through the city; parking first."""

from stadtkern.kernel.manifest import KPI, Domain, Link

from . import kpis

DOMAIN = Domain(
    name="mobility",
    title="Mobilität",
    office="Ordnungsamt",
    navigation=[
        Link("Verkehr jetzt", "mobility:traffic"),
        Link("Verkehrsplanung", "mobility:traffic_desk", audience="office:tiefbauamt"),
        Link("Parkausweise", "mobility:permits", audience="office:ordnungsamt"),
        Link("Kontrolle", "mobility:control", audience="office:ordnungsamt"),
    ],
    kpis=[
        KPI("permits_at_once", "Bewohnerparkausweise, sofort entschieden", "%", 80, "Ordnungsamt", kpis.permits_at_once),
        KPI("permits_valid", "Gültige Bewohnerparkausweise", "", 1000, "Ordnungsamt", kpis.permits_valid),
    ],
)
