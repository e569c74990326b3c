"""Administration: certificates, taxes, permits."""

from django.utils.translation import gettext_noop as _

from stadtkern.kernel.manifest import KPI, Domain

from . import kpis

DOMAIN = Domain(
    name="administration",
    title=_("Verwaltung"),
    office="Bürgeramt",
    kpis=[
        KPI(
            "days_to_decision", _("Tage bis zur Entscheidung (Median)"), _("Tage"), "Bürgeramt", kpis.days_to_decision,
            better="less", unit_one=_("Tag"), missing=_("Dafür muss in den letzten 90 Tagen etwas entschieden worden sein."),
        ),
    ],
)  # fmt: skip
