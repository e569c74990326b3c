"""Data protection: the city's own "data police", whom everybody can turn to."""

from stadtkern.kernel.manifest import KPI, Domain, Link

from . import figures

OFFICE = "Datenschutzstelle"

DOMAIN = Domain(
    name="dataprotection",
    title="Datenschutz",
    office=OFFICE,
    navigation=[Link("Datenschutz", "dataprotection:desk", audience="PRIVACY")],
    kpis=[
        KPI("requests_days", "Tage bis zur Antwort auf ein Recht (Median)", "Tage", 14, OFFICE, figures.median_days),
        KPI("requests_overdue", "Anträge über der gesetzlichen Frist", "", 0, OFFICE, figures.overdue),
        KPI("breaches_in_time", "Pannen in 72 Stunden gemeldet", "%", 100, OFFICE, figures.reported_in_time),
        KPI("record_complete", "Verzeichnis ohne Lücken", "%", 100, OFFICE, figures.record_complete),
    ],
)
