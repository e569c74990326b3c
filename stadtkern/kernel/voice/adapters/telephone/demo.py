"""No telephone line: `manage.py call in.wav out.wav` plays a caller from a sound file and writes what we said into another."""

from django.http import HttpRequest, HttpResponse

from .. import NotConnected
from . import Answer, Turn


def problem() -> str:
    """The demonstration needs no line, and has none."""
    return "Die Vorführung hat keinen Telefonanschluss: manage.py call in.wav out.wav."


def read(request: HttpRequest) -> Turn:
    """There is no door for it."""
    raise NotConnected(problem())


def write(answer: Answer) -> HttpResponse:
    """There is no door for it."""
    raise NotConnected(problem())
