"""What `manage.py check` says about video: whether there is a relay."""

from typing import Any

from django.core.checks import CheckMessage, Info, Warning, register

from . import turn


@register()
def relay(app_configs: Any = None, **options: Any) -> list[CheckMessage]:
    """Half a configuration is a fault."""
    known = turn.relay()
    if known.only and not known.connected:
        return [Warning("[calls] relay_only is set, but no relay is connected: no video call can begin", id="calls.W002")]
    if known.connected or not (known.addresses or known.secret):
        return []
    missing = "STADTKERN_TURN_SECRET" if known.addresses else '[calls] turn = ["turn:…"] in city.toml'
    return [Warning(f"The relay of video calls is half set up: {missing} is missing", id="calls.W001")]


@register(deploy=True)
def no_relay(app_configs: Any = None, **options: Any) -> list[CheckMessage]:
    """None at all works, but not everywhere: `check --deploy` says so."""
    if turn.relay().connected:
        return []
    return [Info("No relay (TURN) is connected: video calls fail in strict networks. See docs/video.md.", id="calls.I001")]
