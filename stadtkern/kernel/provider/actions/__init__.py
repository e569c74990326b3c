"""What happens between people and apps: apps are registered, connected, handed data, cut off."""

from .clients import (
    Application,
    BadClient,
    close_client,
    register_client,
    register_demo,
    renew_secret,
    reopen_client,
    rotate_key,
)
from .connections import ClientActor, connect, disconnect, end_tokens, forget_account, note_release
from .grants import begin, end_grant, forget_old, redeem, sign_out

__all__ = [
    "Application",
    "BadClient",
    "ClientActor",
    "begin",
    "close_client",
    "connect",
    "disconnect",
    "end_grant",
    "end_tokens",
    "forget_account",
    "forget_old",
    "note_release",
    "redeem",
    "register_client",
    "register_demo",
    "renew_secret",
    "reopen_client",
    "rotate_key",
    "sign_out",
]
