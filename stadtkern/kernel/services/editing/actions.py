"""Edit, publish, undo: what editors do to the city's files; every version stays."""

import hashlib
from collections.abc import Iterable, Sequence

from django.db import connection, transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Staff
from stadtkern.kernel.events.actions import record
from stadtkern.lib.ids import digest

from .. import catalogue
from ..folders import Folder
from ..models import Change, Draft
from .draft import drafted, edits_of, text_with
from .files import FILES, LONGEST, MOST_EDITS, Edit, text_of, write


class Refused(Exception):
    """It cannot be done now; the sentences are German, for the editor."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


class Overtaken(Refused):
    """Somebody else has put another version to use meanwhile; nothing was written, nothing is lost."""


def state_of(draft: Draft | None) -> str:
    """A short mark of what the draft says; a page sends it back, so that two windows of one editor do not fight."""
    return digest(repr(draft.edits))[:12] if draft else ""


def own_drafts(actor: Actor, key: str) -> list[Draft]:
    """What this editor has changed in this service, in the order of FILES."""
    found = {draft.file: draft for draft in Draft.objects.filter(service=key, staff=actor.staff)}
    return [found[name] for name in FILES if name in found]


def own_draft(actor: Actor, key: str, name: str) -> Draft | None:
    """This editor's draft of one file."""
    return Draft.objects.filter(service=key, file=name, staff=actor.staff).first()


@transaction.atomic
def edit(actor: Actor, folder: Folder, name: str, edits: Iterable[Edit], state: str) -> Draft | None:
    """Add edits to the draft of one file; the same place again replaces what was there; None where nothing is left.

    Raises Overtaken when the draft is not what the page showed (`state`), Refused when it grows too large.
    """
    staff = _staff(actor)
    _lock(folder.key)
    draft = own_draft(actor, folder.key, name)
    if state_of(draft) != state:
        raise Overtaken(
            "Sie haben diesen Entwurf in einem anderen Fenster geändert. Bitte vergleichen Sie und speichern noch einmal."
        )
    merged = dict(edits_of(draft))
    for keys, value in edits:
        merged.pop(keys, None)
        merged[keys] = value
    if not merged:
        return draft
    if len(merged) > MOST_EDITS:
        raise Refused("Der Entwurf enthält zu viele Änderungen. Bitte veröffentlichen Sie ihn zuerst.")
    rows = [[list(keys), value] for keys, value in merged.items()]
    if draft is None:
        draft = Draft(service=folder.key, file=name, staff=staff, base=text_of(folder, name))
    draft.edits, draft.updated_at = rows, timezone.now()
    draft.save()
    record("service.draft_saved", subject=f"draft:{draft.pk}", actor=actor.key, data={"edits": len(rows)})
    return draft


@transaction.atomic
def discard(actor: Actor, key: str) -> None:
    """Throw away what this editor has not published."""
    drafts = Draft.objects.filter(service=key, staff=_staff(actor))
    if ids := list(drafts.values_list("pk", flat=True)):
        drafts.delete()
        record("service.draft_discarded", subject=f"draft:{ids[0]}", actor=actor.key, data={"drafts": ids})


@transaction.atomic
def rebase(actor: Actor, folder: Folder, dropped: Sequence[tuple[str, Edit]]) -> None:
    """Lay the editor's changes over what is public now; `dropped` = (file, edit) where the other text shall stay."""
    _lock(folder.key)
    gone = {(name, keys) for name, (keys, _) in dropped}
    for draft in own_drafts(actor, folder.key):
        draft.base = text_of(folder, draft.file)
        draft.edits = [[list(keys), value] for keys, value in edits_of(draft) if (draft.file, keys) not in gone]
        if draft.edits:
            draft.save()
        else:
            draft.delete()
    record("service.draft_rebased", subject=f"draft:{actor.key}", actor=actor.key, data={"dropped": len(gone)})


@transaction.atomic
def publish(actor: Actor, folder: Folder, note: str = "") -> list[Change]:
    """Put this editor's drafts of one service to use: history first, the files last, all of it or nothing.

    Raises Overtaken, Refused (what is wrong with the draft), files.Unwritable. Diary: `service.edited`.
    """
    staff = _staff(actor)
    _lock(folder.key)
    drafts = own_drafts(actor, folder.key)
    if not drafts:
        raise Refused("Es gibt keinen Entwurf mehr: Er ist schon veröffentlicht oder verworfen.")
    for draft in drafts:
        if text_of(folder, draft.file) != draft.base:
            raise Overtaken("Inzwischen wurde eine andere Fassung veröffentlicht.")
    texts = {draft.file: text_with(folder, draft) for draft in drafts}
    changes = _keep(staff, folder, texts, note)
    Draft.objects.filter(pk__in=[draft.pk for draft in drafts]).delete()
    if changes:
        record("service.edited", subject=str(changes[0]), actor=actor.key, data={"changes": [one.pk for one in changes]})
        _write(folder, texts)
    return changes


@transaction.atomic
def restore(actor: Actor, folder: Folder, change: Change, *, undo: bool, standing: str) -> list[Change]:
    """Back to an earlier version of one file: to what it said after this change, or before it (`undo`).

    `standing` = `mark` of the text the page showed as the present one. Raises as `publish`. Diary: `service.restored`.
    """
    _lock(folder.key)
    now = text_of(folder, change.file)
    if mark(now) != standing:
        raise Overtaken("Inzwischen wurde eine andere Fassung veröffentlicht. Bitte sehen Sie sie sich zuerst an.")
    text = change.before if undo else change.after
    if text == now:
        raise Refused("Dieser Stand gilt schon.")
    changes = _keep(_staff(actor), folder, {change.file: text}, "", change)
    record("service.restored", subject=str(changes[0]), actor=actor.key, data={"change": changes[0].pk, "of": change.pk})
    _write(folder, {change.file: text})
    return changes


def mark(text: str) -> str:
    """A short mark of a file's text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _keep(staff: Staff, folder: Folder, texts: dict[str, str], note: str, restores: Change | None = None) -> list[Change]:
    """The history rows; Refused when the service could not run with these texts."""
    if any(len(text) > LONGEST for text in texts.values()):
        raise Refused("Die Datei würde zu groß.")
    found = drafted(folder, texts)
    if found.problems:
        raise Refused(*found.problems)
    rows = []
    for name, text in texts.items():
        before = text_of(folder, name)
        if before != text:
            row = Change(
                service=folder.key, file=name, staff=staff, before=before, after=text, note=note[:500], restores=restores
            )
            row.save()
            rows.append(row)
    return rows


def _write(folder: Folder, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        write(folder, name, text)
    catalogue.look_again()


def preview_texts(folder: Folder, drafts: Sequence[Draft]) -> dict[str, str]:
    """The files as these drafts would make them."""
    return {draft.file: text_with(folder, draft) for draft in drafts}


def with_edits(folder: Folder, draft: Draft | None, name: str) -> str:
    """One file as the editor sees it."""
    return text_with(folder, draft or Draft(file=name))


def _staff(actor: Actor) -> Staff:
    if actor.staff is None:
        raise PermissionError("only staff edit services")
    return actor.staff


def _lock(key: str) -> None:
    """One editor at a time per service; let go at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"stadtkern.service.{key}"])
