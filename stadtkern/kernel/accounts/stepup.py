"""More trust, asked only where it is needed: the way to the step-up page and back to the same place."""

from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from .access import actor_of
from .models import Trust


def require(request: HttpRequest, trust: Trust) -> HttpResponse | None:
    """None when the session is trusted enough; otherwise a redirect to sign in or to prove who one is, then back here.

    The way back is a GET of the same address, so a view that received a form saves it before it asks.
    """
    actor = actor_of(request)
    if actor.trust >= trust:
        return None
    here = request.get_full_path()
    if actor.account is None:
        return redirect_to_login(here)
    return HttpResponseRedirect(f"{reverse('accounts:step_up')}?{urlencode({'trust': trust.name.lower(), 'next': here})}")
