"""Not connected, and says so."""

from django.utils.translation import gettext as _

from . import Entitlement, NotConnected


class NoVdv:
    """Every question is answered with what is missing."""

    connected = False

    def words(self) -> str:
        return _("VDV-Tickets: nicht verbunden. Dafür braucht es die Schlüssel des Verkehrsunternehmens.")

    def issue(self, number: str, product: str) -> bytes:
        raise NotConnected(self.words())

    def read(self, barcode: bytes) -> Entitlement:
        raise NotConnected(self.words())


def connect() -> NoVdv:
    return NoVdv()
