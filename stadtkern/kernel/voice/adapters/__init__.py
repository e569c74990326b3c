"""Three plugs, chosen in city.toml: `[voice] recogniser`, `speech`, `telephone`. Each is off until the city chooses."""

import importlib
from types import ModuleType

from stadtkern.kernel.city.profile import city


class NotConnected(Exception):
    """This installation has no such thing; the message is German and says what to do instead."""


def chosen(port: str) -> str:
    """The name of the adapter: "off" where nothing is said."""
    return str(city().raw.get("voice", {}).get(port, "off"))


def module(port: str) -> ModuleType:
    """`[voice] recogniser = "whisper_local"` is `adapters/recognisers/whisper_local.py`."""
    folder = {"recogniser": "recognisers", "speech": "speech", "telephone": "telephone"}[port]
    return importlib.import_module(f"{__name__}.{folder}.{chosen(port)}")
