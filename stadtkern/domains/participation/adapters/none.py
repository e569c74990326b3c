"""Not connected: nothing is asked, nothing is sent, and the page says so."""

from django.utils.translation import gettext as _

from ..open311.configuration import Neighbour
from . import Server, Unavailable


def connect(neighbour: Neighbour) -> Server:
    raise Unavailable(_("%s ist nicht verbunden. Das richtet ein, wer die Anlage betreibt (city.toml).") % neighbour.title)


def state(neighbour: Neighbour) -> str:
    return _("Nicht verbunden")
