"""Pages of the account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .access import signed_in


@signed_in
def step_up(request: HttpRequest) -> HttpResponse:
    """What proves who one is, and what of it works here."""
    return render(request, "accounts/step_up.html")
