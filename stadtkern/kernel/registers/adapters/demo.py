"""The demo registers: our own tables, with an outage and a slowness that can be switched on."""

import time

from django.conf import settings

from . import Answer, Inquiry, RegisterUnavailable, TimedOut, local

PATIENCE = 5.0  # seconds a caller waits before the register counts as unavailable


def ask(inquiry: Inquiry) -> Answer:
    """Answer from the tables; the files outage/registers and outage/registers-slow (seconds) in HOME disturb it."""
    disturb()
    return local.ask(inquiry)


def disturb() -> None:
    outage = settings.HOME / "outage"
    if (outage / "registers").exists():
        raise RegisterUnavailable("503 Service Unavailable")
    slow = outage / "registers-slow"
    if slow.exists():
        seconds = float(slow.read_text().strip() or 2)
        time.sleep(min(seconds, PATIENCE))
        if seconds > PATIENCE:
            raise TimedOut(f"no answer within {PATIENCE:.0f} s")
