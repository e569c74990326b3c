"""Sources of the demo town: its own timetable with real time, and three systems of shared vehicles; read by the worker."""

from stadtkern.domains.mobility.actions import feeds
from stadtkern.domains.mobility.models import Feed
from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.models import Staff

LICENCE = {
    "licence": "CC BY 4.0",
    "licence_url": "https://creativecommons.org/licenses/by/4.0/",
    "open_data": "1",
    "active": "1",
}
SOURCES = [
    (
        "fahrplan",
        "GTFS",
        "Fahrplan von Bus und Bahn",
        "demo:fahrplan",
        1440,
        "Musterstädter Verkehrsbetriebe",
    ),
    (
        "echtzeit",
        "REALTIME",
        "Echtzeit von Bus und Bahn",
        "demo:echtzeit",
        1,
        "Musterstädter Verkehrsbetriebe",
    ),
    ("musterrad", "GBFS", "MusterRad (Leihräder)", "demo:leihen/musterrad", 1, "MusterRad"),
    ("flitz", "GBFS", "Flitz (E-Tretroller)", "demo:leihen/flitz", 1, "Flitz"),
    ("mustermobil", "GBFS", "Mustermobil (Carsharing)", "demo:leihen/mustermobil", 5, "Mustermobil"),
]


def play() -> int:
    """Sets them up as a clerk would; the worker reads them. Returns how many."""
    member = Staff.objects.filter(office__key="ordnungsamt").select_related("account").first()
    actor = Actor(member.account, member) if member else Actor()
    for key, kind, title, url, minutes, credit in SOURCES:
        told = {
            "key": key,
            "kind": kind,
            "title": title,
            "url": url,
            "every_minutes": minutes,
            "credit": credit,
            **LICENCE,
        }
        feeds.set_up(actor, told)
    feeds.ask(SYSTEM, Feed.objects.get(key="fahrplan"))
    return len(SOURCES)
