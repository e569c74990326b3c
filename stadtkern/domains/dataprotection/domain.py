"""Data protection: the city's own "data police", whom everybody can turn to."""

from django.utils.translation import gettext_noop as _

from stadtkern.kernel.manifest import KPI, Domain, Link

from . import figures

OFFICE = "Datenschutzstelle"

DOMAIN = Domain(
    name="dataprotection",
    title=_("Datenschutz"),
    office=OFFICE,
    navigation=[Link("Datenschutz", "dataprotection:desk", audience="PRIVACY")],
    kpis=[
        KPI(
            "requests_days", _("Tage bis zur Antwort auf ein Recht (Median)"), _("Tage"), OFFICE, figures.median_days,
            better="less", unit_one=_("Tag"), missing=_("Dafür muss in den letzten zwölf Monaten ein Antrag beantwortet sein."),
        ),
        KPI(
            "requests_overdue", _("Anträge über der gesetzlichen Frist"), "", OFFICE, figures.overdue,
            better="less", lawful=0, law="Art. 12 Abs. 3 DSGVO", missing=_("In den letzten zwölf Monaten kam kein Antrag."),
        ),
        KPI(
            "breaches_in_time", _("Pannen in 72 Stunden gemeldet"), "%", OFFICE, figures.reported_in_time,
            lawful=100, law="Art. 33 Abs. 1 DSGVO", missing=_("In den letzten zwölf Monaten war keine Panne zu melden."),
        ),
        KPI(
            "record_complete", _("Verzeichnis ohne Lücken"), "%", OFFICE, figures.record_complete,
            lawful=100, law="Art. 30 Abs. 1 DSGVO", missing=_("Dafür muss das Verzeichnis einen Eintrag haben."),
        ),
    ],
)  # fmt: skip
