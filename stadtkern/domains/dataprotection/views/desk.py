"""One page for the officer: what needs me now."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from stadtkern.kernel.accounts.access import actor_of

from .. import desk, figures
from .common import officer


@officer
def home(request: HttpRequest) -> HttpResponse:
    """Clocks, requests, breaches, reviews, gaps."""
    context = {
        "breaches": desk.breach_tasks(),
        "requests": desk.request_tasks(actor_of(request)),
        "gaps": desk.gaps(),
        "corrections": desk.waiting_corrections(),
        "resting": desk.resting(),
        "reviews": desk.reviews(),
        "occasions": desk.occasions(),
        "complete": figures.record_complete(),
    }
    return render(request, "dataprotection/desk.html", context)
