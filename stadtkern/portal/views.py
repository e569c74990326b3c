"""Start page and "my city"."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from stadtkern.kernel.accounts.access import everyone, signed_in


@everyone
def start(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/start.html")


@signed_in
def my_city(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/my_city.html")
