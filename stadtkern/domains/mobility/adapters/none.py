"""Not connected: every call says so."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from . import Booking, Declined, Provider


def connect(system: str, told: Mapping[str, Any]) -> Provider:
    return Nobody()


class Nobody:
    """Reserves nothing."""

    def reserve(self, once: str, vehicle: str, lat: float, long: float) -> Booking:
        raise Declined(_("Dieser Anbieter ist nicht verbunden. Leihen Sie das Fahrzeug in seiner App."))

    def look(self, once: str) -> Booking:
        return Booking("", "UNKNOWN")

    def cancel(self, once: str) -> Booking:
        return Booking("", "CANCELLED")
