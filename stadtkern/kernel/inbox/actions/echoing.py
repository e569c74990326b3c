"""The e-mail that says there is post and nothing else: at least once, always under the same Message-ID."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from procrastinate.contrib.django import app

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.events.queue import Patient

from ..adapters import AddressRefused, Mailer
from ..echo import compose, reader
from ..models import Echo


@app.task(name="inbox.echo", retry=Patient(), queue="echoes")
def send_echo(message_id: int) -> None:
    """Hand the e-mail over; a mail server that is away is tried again for ever, an address it refuses never.

    No transaction is open while the mail server works. Killed between its yes and our note, the same mail goes out
    again under the same Message-ID.
    """
    echo = Echo.objects.select_related("message__account", "message__mandate__agent").filter(message_id=message_id).first()
    if echo is None or echo.state != Echo.State.WAITING:
        return
    if not reader(echo.message).mail:
        _refused(echo, AddressRefused("the account has told no address"))
        return
    mailer: Mailer = city().adapter("inbox").connect()
    try:
        mailer.send(compose(echo))
    except AddressRefused as error:
        _refused(echo, error)
    except Exception as error:
        note_trouble(echo, error)
        raise
    else:
        _sent(echo)


@transaction.atomic
def _sent(echo: Echo) -> None:
    waiting = Echo.objects.filter(pk=echo.pk, state=Echo.State.WAITING)
    if waiting.update(state=Echo.State.SENT, sent_at=timezone.now(), attempts=F("attempts") + 1, last_error=""):
        record("inbox.echoed", subject=f"message:{echo.message_id}", actor=SYSTEM, data={"message": echo.message_id})


@transaction.atomic
def _refused(echo: Echo, error: Exception) -> None:
    """The letter lies in the post box all the same; the operator sees that nobody was told."""
    waiting = Echo.objects.filter(pk=echo.pk, state=Echo.State.WAITING)
    if waiting.update(state=Echo.State.REFUSED, attempts=F("attempts") + 1, last_error=words(error)):
        record("inbox.echo_refused", subject=f"message:{echo.message_id}", actor=SYSTEM, data={"message": echo.message_id})


def note_trouble(echo: Echo, error: Exception) -> None:
    """Outside any transaction that the retry rolls back."""
    Echo.objects.filter(pk=echo.pk).update(attempts=F("attempts") + 1, last_error=words(error))


def words(error: Exception) -> str:
    """The error for the operator, without line breaks or NUL."""
    return " ".join(f"{type(error).__name__}: {error}".replace("\0", "").split())[:300]
