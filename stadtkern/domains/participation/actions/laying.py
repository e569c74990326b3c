"""The papers of a plan: documents with numbered passages, where it holds, which public bodies are asked."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.documents.intake import Refused as NotTaken
from stadtkern.kernel.documents.intake import inspect
from stadtkern.kernel.events.actions import record

from ..consultations import passages, rules, shapes
from ..models import Authority, Passage, Plan, PlanDocument, Process, Statement
from .guard import Refused, owned, tidy
from .stating import locked_plan

MOST_BYTES, MOST_DOCUMENTS, MOST_AUTHORITIES = 25_000_000, 40, 300
MEDIA = ("application/pdf", "image/png", "image/jpeg")


def read_file(name: str, data: bytes) -> dict[str, Any]:
    """An uploaded file, checked and cleaned, as fields of a document. Raises Refused."""
    try:
        taken = inspect(name, data, MEDIA, MOST_BYTES)
    except NotTaken as error:
        raise Refused(str(error), "file") from error
    return {
        "file_name": taken.file_name, "media_type": taken.media_type, "data": taken.data, "size": len(taken.data),
        "sha256": hashlib.sha256(taken.data).hexdigest(),
    }  # fmt: skip


@transaction.atomic
def set_document(
    actor: Actor,
    process: Process,
    values: Mapping[str, Any],
    document: PlanDocument | None = None,
    file: Mapping[str, Any] | None = None,
) -> PlanDocument:
    """A new document, or another title, file, passages of one that does not lie open yet. `values`: title, passages."""
    owned(actor, process)
    locked_plan(process)
    if document is not None and rules.lies_open(process):
        raise Refused(_("Der Plan liegt aus. Seine Unterlagen bleiben, wie sie sind; Sie können eine weitere hinzufügen."))
    rows = PlanDocument.objects.filter(process=process)
    if document is None and rows.count() >= MOST_DOCUMENTS:
        raise Refused(_("Mehr als %s Unterlagen gehen nicht. Fassen Sie einige zusammen.") % MOST_DOCUMENTS)
    row = rows.select_for_update().get(pk=document.pk) if document else PlanDocument(process=process, position=rows.count())
    row.title, row.changed_at = tidy(values.get("title"), 150), timezone.now()
    if len(row.title) < 3:
        raise Refused(_("Bitte nennen Sie die Unterlage, zum Beispiel „Textliche Festsetzungen“."), "title")
    try:
        read = passages.read(tidy(values.get("passages"), 200_000))
    except passages.Unreadable as error:
        raise Refused(str(error), "passages") from error
    for name, value in (file or {}).items():
        setattr(row, name, value)
    if not read and row.data is None:
        raise Refused(_("Laden Sie eine Datei hoch, oder tragen Sie Textstellen ein."), "passages")
    row.save()
    _write_passages(row, read)
    record("process.changed", subject=str(process), actor=actor.key, data={"what": "document", "document": row.pk})
    return row


def _write_passages(row: PlanDocument, read: list[passages.Found]) -> None:
    known = {one.number: one for one in Passage.objects.filter(document=row)}
    Passage.objects.filter(document=row).exclude(number__in=[one.number for one in read]).delete()
    for place, one in enumerate(read):
        found = known.get(one.number) or Passage(document=row, number=one.number)
        found.title, found.text, found.position = one.title, one.text, place
        found.save()


@transaction.atomic
def drop_document(actor: Actor, process: Process, document: PlanDocument) -> None:
    """One that does not lie open yet."""
    owned(actor, process)
    locked_plan(process)
    if rules.lies_open(process):
        raise Refused(_("Der Plan liegt aus. Seine Unterlagen bleiben, wie sie sind."))
    PlanDocument.objects.filter(process=process, pk=document.pk).delete()
    record("process.changed", subject=str(process), actor=actor.key, data={"what": "document"})


@transaction.atomic
def set_area(actor: Actor, process: Process, given: object) -> Plan:
    """Where the plan holds, as drawn."""
    owned(actor, process)
    plan = locked_plan(process)
    if rules.lies_open(process):
        raise Refused(_("Der Plan liegt aus. Sein Gebiet bleibt, wie es ist."))
    try:
        plan.area = shapes.drawn(given)
    except shapes.NoShape as error:
        raise Refused(str(error)) from error
    plan.save(update_fields=["area"])
    record("process.changed", subject=str(process), actor=actor.key, data={"what": "area"})
    return plan


@transaction.atomic
def set_authorities(actor: Actor, process: Process, lines: Sequence[tuple[str, date | None, date | None]]) -> int:
    """All public bodies at once: name, asked on, answer until. One that has answered stays."""
    owned(actor, process)
    locked_plan(process)
    wanted = {tidy(name, 150): (asked, due) for name, asked, due in lines[:MOST_AUTHORITIES] if tidy(name, 150)}
    for row in Authority.objects.filter(process=process):
        if row.name not in wanted:
            if Statement.objects.filter(authority=row).exists():
                raise Refused(_("„%s“ hat schon Stellung genommen. Der Name muss bleiben.") % row.name, "authorities")
            row.delete()
    for name, (asked, due) in wanted.items():
        Authority.objects.update_or_create(process=process, name=name, defaults={"asked_date": asked, "due_date": due})
    record("process.changed", subject=str(process), actor=actor.key, data={"what": "authorities", "many": len(wanted)})
    return len(wanted)
