"""The note at the end: on its way into the file it lies here sealed, and for seconds."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Staff
from stadtkern.kernel.appointments.models import Appointment
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.privacy import keys
from stadtkern.kernel.privacy.sealing.actions import shred

from ..models import Call
from ..room import Refused

LONGEST = 10_000


@transaction.atomic
def write_note(actor: Actor, appointment: Appointment, text: str) -> Call:
    """What the clerk wants in the file. Without a case there is no file, so nothing is kept. Diary: `call.noted`."""
    clean = text.replace("\0", "").encode("utf-8", "replace").decode().strip()[:LONGEST]
    if not clean:
        raise Refused("empty", _("Bitte schreiben Sie einen Vermerk."), status=422)
    call = Call.objects.select_for_update().filter(appointment=appointment.pk).exclude(ended_at=None).first()
    if call is None or actor.staff is None:
        raise Refused("running", _("Der Vermerk gehört an das Ende des Gesprächs."))
    if not appointment.about.startswith("case:"):
        raise Refused("no-file", _("Zu diesem Termin gehört kein Vorgang. Der Vermerk wurde nicht gespeichert."))
    if call.noted_at:
        raise Refused("noted", _("Der Vermerk liegt schon im Vorgang."))
    call.note, call.noted_at = keys.seal(str(call), clean.encode(), place=str(call)), timezone.now()
    call.save(update_fields=["note", "noted_at"])
    record("call.noted", subject=str(call), actor=actor.key, data={"about": appointment.about})
    return call


@dataclass(frozen=True)
class Taken:
    """A note on its way: which matter, who wrote it, what."""

    about: str
    staff: Staff | None
    text: str


@transaction.atomic
def take_note(subject: str, actor_key: str) -> Taken | None:
    """Hand the note over to the file; nothing of it stays here, not even in a backup. Diary: `call.note_taken`."""
    number = subject.removeprefix("call:")
    rows = Call.objects.select_for_update(of=("self",)).select_related("appointment")
    call = rows.filter(pk=int(number)).exclude(note=b"").first() if number.isdigit() else None
    if call is None:
        return None
    text = keys.open_(bytes(call.note), place=str(call)).decode()
    Call.objects.filter(pk=call.pk).update(note=b"")
    shred(str(call), actor_key="system")
    record("call.note_taken", subject=str(call), actor="system")
    member = actor_key.removeprefix("staff:")
    staff = Staff.objects.filter(pk=int(member)).first() if member.isdigit() else None
    return Taken(call.appointment.about, staff, text)
