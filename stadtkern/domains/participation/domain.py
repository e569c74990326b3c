"""Participation: ideas, budgets, petitions and reports, and what became of them."""

from django.utils.translation import gettext_noop as _

from stadtkern.kernel.manifest import KPI, Dataset, Domain, Link

from . import api, datasets, kpis

OFFICE = "Stelle für Bürgerbeteiligung"

DOMAIN = Domain(
    name="participation",
    title=_("Beteiligung"),
    office=OFFICE,
    navigation=[
        Link(_("Mitmachen"), "participation:home"),
        Link(_("Mängelmelder"), "participation:reports"),
        Link(_("Beteiligung"), "participation:desk", audience="office:beteiligung"),
        *[
            Link(_("Meldungen"), "participation:report_desk", audience=f"office:{office}")
            for office in ("tiefbauamt", "stadtreinigung", "umweltamt", "ordnungsamt", "beteiligung")
        ],
    ],
    api=api.router,
    datasets=[
        Dataset("contributions", "Beiträge der Beteiligung", "dl-de/zero-2-0", datasets.contributions),
        Dataset("reports", "Mängelmeldungen", "dl-de/zero-2-0", datasets.reports),
    ],
    kpis=[
        KPI(
            "days_to_publish", _("Tage, bis ein Beitrag erscheint (Median)"), _("Tage"), OFFICE, kpis.days_to_publish,
            better="less", unit_one=_("Tag"),
            missing=_("Dafür muss in den letzten zwölf Monaten ein Beitrag erschienen sein."),
        ),
        KPI(
            "reports_in_time", _("Meldungen im Versprechen erledigt"), "%", OFFICE, kpis.reports_in_time,
            missing=_("Dafür muss in den letzten zwölf Monaten eine Meldung mit versprochenem Tag erledigt sein."),
        ),
    ],
)  # fmt: skip
