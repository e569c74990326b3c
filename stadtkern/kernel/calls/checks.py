"""What `manage.py check` says about video: whether there is a relay."""

from typing import Any

from django.core.checks import CheckMessage, Info, Warning, register

from . import turn


@register()
def relay(app_configs: Any = None, **options: Any) -> list[CheckMessage]:
    """Half a configuration is a fault, none is said."""
    known = turn.relay()
    if known.connected:
        return []
    if known.addresses or known.secret:
        missing = "STADTKERN_TURN_SECRET" if known.addresses else '[calls] turn = ["turn:…"] in city.toml'
        return [Warning(f"The relay of video calls is half set up: {missing} is missing", id="calls.W001")]
    return [Info("No relay (TURN) is connected: video calls fail in strict networks. See docs/video.md.", id="calls.I001")]
