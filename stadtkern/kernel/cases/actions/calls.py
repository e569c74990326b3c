"""What was agreed in a video appointment, into the file of its case."""

from django.db import transaction

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.calls import actions as calls
from stadtkern.kernel.events.actions import record

from ..models import Case, Note


@transaction.atomic
def file_call_note(subject: str, actor_key: str) -> Note | None:
    """Take the note of this call; None where the case is gone, or the note was taken before. Diary: `case.note_written`."""
    taken = calls.take_note(subject, actor_key)
    number = taken.about.removeprefix("case:") if taken else ""
    row = Case.objects.select_for_update().filter(pk=int(number)).first() if number.isdigit() else None
    if taken is None or row is None:
        return None
    note = Note.objects.create(case=row, staff=taken.staff, body=taken.text)
    actor = f"staff:{taken.staff.pk}" if taken.staff else SYSTEM
    record("case.note_written", subject=str(row), actor=actor, data={"note": note.pk})
    return note
