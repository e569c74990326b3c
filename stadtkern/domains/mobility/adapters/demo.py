"""A provider for demo and tests that behaves like a real one: one holder a vehicle, holds that end, the same order once.

Its books lie as files, so that pages and worker see the same. Vehicles whose number ends in 13 were just taken.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.lib.files import put

from . import Booking, Declined, Provider

HOLD = timedelta(minutes=10)
JUST_TAKEN = "13"


def connect(system: str, told: Mapping[str, Any]) -> Provider:
    return Books(Path(settings.HOME) / "mobility" / "provider" / hashlib.sha256(system.encode()).hexdigest()[:16])


class Books:
    """Orders by number, and who holds a vehicle."""

    def __init__(self, folder: Path) -> None:
        self.orders, self.vehicles = folder / "orders", folder / "vehicles"
        self.orders.mkdir(parents=True, exist_ok=True)
        self.vehicles.mkdir(parents=True, exist_ok=True)

    def reserve(self, once: str, vehicle: str, lat: float, long: float) -> Booking:
        if known := self._order(once):
            return self._said(known)
        if vehicle.endswith(JUST_TAKEN):
            raise Declined(_("Das Fahrzeug hat gerade jemand anderes genommen."))
        self._take(vehicle, once)
        until = timezone.now() + HOLD
        order = {"once": once, "vehicle": vehicle, "until": until.isoformat(), "state": "HELD"}
        put(self._place(once), json.dumps(order).encode())
        return self._said(order)

    def look(self, once: str) -> Booking:
        known = self._order(once)
        return self._said(known) if known else Booking("", "UNKNOWN")

    def cancel(self, once: str) -> Booking:
        known = self._order(once)
        if known is None:
            return Booking("", "CANCELLED")
        if self._said(known).state == "HELD":
            known["state"] = "CANCELLED"
            put(self._place(once), json.dumps(known).encode())
            self._held(known["vehicle"]).unlink(missing_ok=True)
        return self._said(known)

    def _take(self, vehicle: str, once: str) -> None:
        """A vehicle belongs to whom the file names; a hold that ended is nobody's."""
        file = self._held(vehicle)
        try:
            holder = file.read_text(encoding="utf-8")
            if (order := self._order(holder)) is not None and self._said(order).state == "HELD":
                raise Declined(_("Das Fahrzeug hat gerade jemand anderes genommen."))
            file.unlink(missing_ok=True)
        except FileNotFoundError:
            pass
        try:
            opened = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            raise Declined(_("Das Fahrzeug hat gerade jemand anderes genommen.")) from None
        with os.fdopen(opened, "w", encoding="utf-8") as stream:
            stream.write(once)

    def _said(self, order: Mapping[str, str]) -> Booking:
        until = datetime.fromisoformat(order["until"])
        state = "EXPIRED" if order["state"] == "HELD" and until <= timezone.now() else order["state"]
        return Booking(order["once"], state, until)

    def _order(self, once: str) -> dict[str, str] | None:
        try:
            found: dict[str, str] = json.loads(self._place(once).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        return found

    def _place(self, once: str) -> Path:
        return self.orders / hashlib.sha256(once.encode()).hexdigest()[:32]

    def _held(self, vehicle: str) -> Path:
        return self.vehicles / hashlib.sha256(vehicle.encode()).hexdigest()[:32]
