"""Who may, and the sentence for everybody else."""

from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Role, Staff

from ..models import Breach


class Refused(Exception):
    """This cannot be done now; the message is for the person at the screen and says what to do."""


def officer(actor: Actor) -> Staff:
    """The data protection officer; nobody else (the register is confidential)."""
    if actor.staff is None or actor.staff.role != Role.PRIVACY:
        raise PermissionError("only the data protection officer")
    return actor.staff


def locked(actor: Actor, pk: int, *, closed: bool = False) -> Breach:
    """The entry, locked until the transaction ends. `closed`: also one that is closed."""
    officer(actor)
    row = Breach.objects.select_for_update().get(pk=pk)
    if row.closed_at and not closed:
        raise Refused(_("Dieser Eintrag ist abgeschlossen. Öffnen Sie ihn wieder, bevor Sie ihn ändern."))
    return row


def text(given: str, missing: str = "", most: int = 10_000) -> str:
    """What was typed, without NUL; Refused with `missing` where it is needed and empty."""
    clean = given.replace("\x00", "").strip()[:most]
    if missing and not clean:
        raise Refused(missing)
    return clean
