"""A neighbouring city in the demo: answers as a real server does, with its own bounds and errors; nothing leaves this computer.

A place written as "Gibtsnicht …" is refused, "Stau …" finds the server away, "Funkloch …" never gets its answer.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.lib import ids
from stadtkern.lib.georeport import moments
from stadtkern.lib.georeport.shapes import Request, Row, request_of

from ..open311.configuration import Neighbour
from . import Declined, Receipt, Server, Unavailable

NUMBERS = range(1, 8)
WORDS = ("Schlagloch", "Laterne defekt", "Wilder Müll", "Ampel defekt", "Spielplatz", "Graffiti", "Gully verstopft")


def connect(neighbour: Neighbour) -> Server:
    return Demo(neighbour)


def state(neighbour: Neighbour) -> str:
    return _("Vorführung: Es wird nichts übertragen")


class Demo:
    """Seven reports, the odd ones closed; what is sent is closed once it is looked at again."""

    def __init__(self, neighbour: Neighbour) -> None:
        self.neighbour = neighbour

    def changed(self, after: datetime, page: int, size: int) -> list[Row]:
        rows = [row for row in map(self._row, NUMBERS) if (moments.read(row["updated_datetime"]) or after) >= after]
        return rows[(page - 1) * size : page * size]

    def some(self, numbers: list[str]) -> list[Request]:
        base = {"status": "closed", "status_notes": "Ist erledigt."}
        return [request_of({"service_request_id": one, **base}) for one in numbers]

    def send(self, fields: Mapping[str, str], once: str = "") -> Receipt:
        where = fields.get("address_string", "")
        if where.startswith("Gibtsnicht"):
            raise Declined(_("%(who)s sagt: %(what)s") % {"who": self.neighbour.title, "what": "the address was not found"})
        if where.startswith("Stau"):
            raise Unavailable(_("%s ist nicht zu erreichen.") % self.neighbour.title)
        if where.startswith("Funkloch"):
            raise Unavailable(_("%s hat zu lange nicht geantwortet.") % self.neighbour.title, arrived=True)
        number = ids.digest(fields.get("description", ""))[:8]
        return Receipt(token=f"t-{number}") if fields.get("service_code") == "batch" else Receipt(f"NB-{number}")

    def number_behind(self, token: str) -> str:
        return f"NB-{token.removeprefix('t-')}"

    def _row(self, number: int) -> Row:
        day = timezone.now().replace(hour=8, minute=0, second=0, microsecond=0) - timedelta(days=number)
        south, west, north, east = self.neighbour.box or (51.99, 8.05, 52.02, 8.10)
        return {
            "service_request_id": f"NB-{number:04}", "status": "closed" if number % 2 else "open",
            "service_name": WORDS[number - 1], "service_code": f"{number:03}", "description": "",
            "requested_datetime": moments.written(day), "updated_datetime": moments.written(day), "address": "",
            "lat": south + (north - south) * number / 9, "long": west + (east - west) * number / 9, "zipcode": None,
        }  # fmt: skip
