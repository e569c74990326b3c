"""The two addresses a SAML partner knows: where answers are posted, and who we are."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from stadtkern.kernel.city.profile import city

from .. import throttle
from ..access import everyone
from ..adapters import Refused, connected
from . import exchange, keys, request
from .partner import ourselves

SAML_MEANS = ("bundid", "organisation")


def _known(name: str) -> None:
    if name not in SAML_MEANS or connected(name) is None:
        raise Http404


@csrf_exempt  # it comes from the provider's page; the signature, our question and the one-time key stand in for the token
@everyone
@never_cache
@require_POST
def answer(request_: HttpRequest, name: str) -> HttpResponse:
    """Verify, keep, and send the browser on by GET, so that its session comes along."""
    _known(name)
    try:
        onward = exchange.receive(name, request_.POST.get("SAMLResponse", ""))
    except Refused:
        if throttle.another_miss(request_, "saml"):
            return render(request_, "429.html", status=429)
        messages.warning(request_, _("Diese Rückmeldung passt zu keiner Anfrage von uns. Beginnen Sie bei Bedarf noch einmal."))
        return redirect("account_login")
    response = HttpResponseRedirect(onward)
    response.status_code = 303  # whatever came by POST goes on by GET
    return response


@everyone
@require_GET
def metadata(request_: HttpRequest, name: str) -> HttpResponse:
    """Public on purpose: our address, our certificate."""
    _known(name)
    us = ourselves(name)
    body = request.metadata(us, keys.own(), city().name, us.entity)
    return HttpResponse(body, content_type="application/samlmetadata+xml")
