"""EBICS: the way most banks deliver statements. Not connected: it needs the city's contract, keys and a certified client."""

from collections.abc import Iterator

from django.utils.translation import gettext as _


def connect() -> "Ebics":
    return Ebics()


class Ebics:
    """Says what it is; a certified EBICS client lays its files into the folder meanwhile."""

    key = "ebics"
    title = "EBICS"

    def connected(self) -> str:
        """Never."""
        return _("EBICS ist nicht verbunden. Lassen Sie Ihr EBICS-Programm die Auszüge in den Ordner legen (feed = „folder“).")

    def waiting(self) -> Iterator[tuple[str, bytes]]:
        """Nothing."""
        yield from ()

    def done(self, name: str, problem: str = "") -> None:
        """Nothing comes, nothing is marked."""
