"""Load of a place for the head of an office: what is coming, what came, how wrong the forecast has been."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ..models import Place
from . import figures
from .pages import head, of_office


@of_office(head)
def load(request: HttpRequest, place: Place) -> HttpResponse:
    """Tables with bars; no name in any of them."""
    context = {"place": place, "office": place.office, "load": figures.read(place)}
    return render(request, "appointments/desk/load.html", context)
