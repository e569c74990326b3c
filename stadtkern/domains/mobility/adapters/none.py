"""Not connected: every call says so."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from . import Bill, Booking, Declined, Offered, Provider


def connect(system: str, told: Mapping[str, Any]) -> Provider:
    return Nobody()


class Nobody:
    """Lends nothing."""

    def offer(self, vehicle: str, lat: float, long: float) -> Offered:
        raise self._no()

    def book(self, number: str) -> Booking:
        raise self._no()

    def commit(self, number: str) -> Booking:
        raise self._no()

    def look(self, number: str) -> Booking:
        return Booking(number, "UNKNOWN")

    def cancel(self, number: str) -> Booking:
        return Booking(number, "CANCELLED")

    def drive(self, number: str, leg: str, event: str) -> Booking:
        raise self._no()

    def bill(self, leg: str) -> Bill | None:
        return None

    def _no(self) -> Declined:
        return Declined(_("Dieser Anbieter ist nicht verbunden. Leihen Sie das Fahrzeug in seiner App."))
