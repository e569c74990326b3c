"""Your rights: the page everybody finds, with the figures of the office."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import everyone
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.services import catalogue

from .. import figures

ORDER = ("datenschutz_auskunft", "datenschutz_berichtigung", "datenschutz_loeschung", "datenschutz_einschraenkung",
         "datenschutz_uebertragbarkeit", "datenschutz_widerspruch")  # fmt: skip


@everyone
def rights(request: HttpRequest) -> HttpResponse:
    """One clear action each; who the officer is; what happens with a report; the figures."""
    language = get_language() or "de"
    known = catalogue.all_services()
    services = [known[key].in_language(language) for key in ORDER if key in known]
    days = figures.median_days()
    context = {
        "services": services,
        "suspicion": "datenschutz_verdacht_melden" in known,
        "breach": "datenschutz_panne_melden" in known,
        "office": Office.objects.filter(key="datenschutz").first(),
        "privacy": city().raw.get("privacy", {}),
        "figures": [
            (_("Anträge zu Ihren Rechten"), str(figures.received()), _("in zwölf Monaten")),
            (_("bis zur Antwort"), _("%s Tage") % f"{days:.1f}".replace(".", ",") if days is not None else "–", _("Median")),
            (_("über der gesetzlichen Frist"), f"{figures.overdue() or 0:.0f}", _("erlaubt ist ein Monat")),
            (_("Hinweise und gemeldete Pannen"), str(figures.reports()), _("in zwölf Monaten")),
            (_("Datenpannen der Stadt"), str(figures.breaches()), _("davon %s der Aufsicht gemeldet") % figures.notified()),
        ],
    }
    return render(request, "dataprotection/rights.html", context)
