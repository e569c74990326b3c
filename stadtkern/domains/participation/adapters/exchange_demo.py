"""A city in the demo that offers three packages, signed with a key of its own; nothing leaves this computer."""

import hashlib
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from stadtkern.lib import parcel

from ..exchange.feeds import Entry, Feed, FeedAway, Listing, Source

CITY = {"id": "05999999", "name": "Nachbarstadt", "web": "https://nachbarstadt.example"}
KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"Nachbarstadt: key of the demo, worth nothing").digest())
IDEA: dict[str, Any] = {
    "title": "Trinkwasser auf jedem Spielplatz", "category": "Familie", "supports": 214, "cost_cents": None,
    "text": "Kinder spielen lange draußen, auch wenn es heiß ist. Auf keinem Spielplatz gibt es Wasser zum Trinken.",
    "results": [
        {
            "title": "Vier Trinkbrunnen stehen", "way": "REALISED_AS", "cost_cents": 4_800_000,
            "text": "Die Stadtwerke haben vier Brunnen gebaut. Sie laufen von April bis Oktober und werden jede Woche geprüft.",
            "steps": [
                {"title": "Standorte gewählt", "due": "2025-09-30", "done": "2025-09-12"},
                {"title": "Gebaut", "due": "2026-05-31", "done": "2026-06-08"},
            ],
        }
    ],
}  # fmt: skip
TEMPLATE: dict[str, Any] = {
    "process_kind": "ideensammlung", "title": "Ideen für kühle Orte", "summary": "Wo ist es im Sommer zu heiß, und was hilft?",
    "text": "Zeigen Sie Orte, an denen Schatten, Wasser oder eine Bank fehlen.", "categories": ["Schatten", "Wasser", "Sitzen"],
    "settings": {"place": "required", "moderation": "after", "pictures": True},
    "phases": [
        {"title": "Orte zeigen", "text": "Alle können Orte eintragen.", "days": 28, "allows": ["contribute", "support"],
         "who": {"account": False}},
        {"title": "Was daraus wird", "text": "", "days": 90, "allows": ["comment"], "who": {}},
    ],
}  # fmt: skip
DATASET: dict[str, Any] = {
    "name": "trinkbrunnen", "title": "Trinkbrunnen und ihre Wassermenge", "columns": ["jahr", "brunnen", "liter"],
    "rows": [[2024, 2, 31200], [2025, 2, 40100], [2026, 6, 118400]],
}  # fmt: skip


def _package(kind: str, key: str, title: str, content: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": kind, "number": f"{CITY['id']}/{kind}/{key}", "version": 1, "title": title, "licence": "dl-de/by-2-0",
        "attribution": "Stadt Nachbarstadt", "city": CITY, "issued": "2026-11-02T08:00:00+00:00", "chain": [],
        "content": content,
    }  # fmt: skip


PACKAGES = [
    _package("idea", "NB-4K7Q-2XHT", IDEA["title"], IDEA),
    _package("template", "kuehle-orte", TEMPLATE["title"], TEMPLATE),
    _package("dataset", "trinkbrunnen", DATASET["title"], DATASET),
]


def connect(source: Source) -> Feed:
    return Demo()


class Demo:
    """Always there."""

    def listing(self) -> Listing:
        entries = [Entry(one["number"], 1, parcel.digest(one), str(place)) for place, one in enumerate(PACKAGES)]
        return Listing(CITY["id"], CITY["name"], parcel.public_text(KEY), tuple(entries))

    def fetch(self, entry: Entry) -> bytes:
        if not (entry.url.isdigit() and int(entry.url) < len(PACKAGES)):
            raise FeedAway("gone")
        return parcel.sealed(PACKAGES[int(entry.url)], KEY)
