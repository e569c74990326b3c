"""Fetch the answer to a report without a name: the reference and the code, nothing else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import everyone
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.documents.throttle import another_miss
from stadtkern.lib import ids

from .. import nameless
from ..models import Case


@everyone
@never_cache
def fetch(request: HttpRequest) -> HttpResponse:
    """A wrong pair says the same whatever is wrong with it; whoever tries too often waits."""
    context = {"wrong": "", "reference": "", "code": ""}
    if request.method != "POST":
        return render(request, "cases/fetch.html", context)
    typed, code = request.POST.get("reference", "")[:60], request.POST.get("code", "")[:100]
    reference = ids.read_reference(typed.replace("\x00", ""), str(city().raw.get("reference_prefix", "MS")))
    key = nameless.key_of(code)
    rows = Case.objects.filter(reference=reference or "", draft_key=key, account=None)
    case = rows.only("reference", "service").first() if reference and key else None
    if case is None or not nameless.is_nameless(case.service):
        if another_miss(request):
            return render(request, "429.html", status=429)
        wrong = _("Diese Nummer und dieser Code gehören nicht zusammen. Bitte vergleichen Sie beide mit Ihrem Zettel.")
        return render(request, "cases/fetch.html", {**context, "wrong": wrong, "reference": typed}, status=422)
    response = redirect("cases:track", case.reference)
    nameless.keep_open(response, case.reference, code)
    return response
