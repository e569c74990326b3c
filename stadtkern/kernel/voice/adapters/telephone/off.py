"""No telephone gateway."""

from django.http import HttpRequest, HttpResponse

from .. import NotConnected
from . import Answer, Turn


def problem() -> str:
    """Always the same."""
    return "Ein Telefonanschluss ist nicht verbunden."


def read(request: HttpRequest) -> Turn:
    """Never."""
    raise NotConnected(problem())


def write(answer: Answer) -> HttpResponse:
    """Never."""
    raise NotConnected(problem())
