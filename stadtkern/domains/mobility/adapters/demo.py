"""The demo: the real client (tomp.py) and the demo operator's house in the same process. Nothing is written twice.

The file HOME/outage/sharing makes the operator moody: a word of demo_house.MOODS, nothing in it is "broken".
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings

from . import Provider
from .demo_books import Tariff
from .demo_house import House
from .tomp import Tomp

ADDRESS = "http://anbieter.example"


def connect(system: str, told: Mapping[str, Any]) -> Provider:
    return Tomp(ADDRESS, "demo", transport=httpx.WSGITransport(app=house(system, told)))


def house(system: str, told: Mapping[str, Any]) -> House:
    """The operator of a system with its books; prices of the demo stand in city.toml, in cents."""
    switch = settings.HOME / "outage" / "sharing"
    mood = (switch.read_text(encoding="utf-8").strip() or "broken") if switch.exists() else ""
    named = {name: int(told[name]) for name in ("start", "minute", "free", "pause", "most", "hold") if name in told}
    folder = Path(settings.HOME) / "mobility" / "operator" / hashlib.sha256(system.encode()).hexdigest()[:16]
    return House(folder, "demo", system, ADDRESS, Tariff(**named), mood=mood)
