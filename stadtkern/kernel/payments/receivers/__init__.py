"""Where the file of a closed day goes: `[payments.finance] receiver` in city.toml names one of these files."""

import importlib
from typing import Protocol

from stadtkern.kernel.city.profile import city


class Receiver(Protocol):
    """A finance system (H+H, SAP, newsystem, Infoma …) or the folder it reads from."""

    key: str
    connected: bool

    def hand_over(self, name: str, data: bytes) -> None:
        """The same name with the same bytes again is no second booking. OSError when it did not arrive."""
        ...


def receiver() -> Receiver:
    """The chosen one; "none" where the city names nothing: the file is fetched by hand."""
    name = str(city().raw.get("payments", {}).get("finance", {}).get("receiver", "none"))
    found: Receiver = importlib.import_module(f"stadtkern.kernel.payments.receivers.{name}").connect()
    return found
