"""Administration: certificates, taxes, permits."""

from stadtkern.kernel.manifest import KPI, Domain

from . import kpis

DOMAIN = Domain(
    name="administration",
    title="Verwaltung",
    office="Bürgeramt",
    kpis=[
        KPI("days_to_decision", "Tage bis zur Entscheidung (Median)", "Tage", 5, "Bürgeramt", kpis.days_to_decision),
    ],
)
