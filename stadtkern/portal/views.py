"""Start page and "my city"."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import everyone, signed_in

from .context import THEMES


@everyone
def start(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/start.html")


@everyone
def search(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/start.html")


@signed_in
def my_city(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/my_city.html")


@everyone
def page(request: HttpRequest, name: str) -> HttpResponse:
    raise Http404


@everyone
def problem(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/start.html")


@everyone
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the device has it; remembered in a cookie that holds just this word."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    response = redirect(wanted if safe else reverse("portal:start"))
    if (chosen := request.POST.get("theme")) in THEMES:
        response.set_cookie("theme", chosen, max_age=365 * 86400, httponly=True, samesite="Lax", secure=request.is_secure())
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response
