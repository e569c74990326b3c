"""Write the modules of an entry: a file, a line of history, a line in the diary; and take a change back."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from django.db import connection, transaction
from tomlkit.exceptions import TOMLKitError

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record
from stadtkern.lib import files

from ..models import Change
from . import store
from .fields import BY_KEY, LANGUAGES, LONGEST

FILE = "directory.toml"  # how the history names the file
MOST_CHARACTERS = 400_000


class Refused(Exception):
    """Nothing was written; the message is German, for the editor."""


class Overtaken(Refused):
    """Somebody else saved in the meantime."""


def version(text: str) -> str:
    """What a page remembers of the file it showed."""
    return hashlib.sha256(text.encode()).hexdigest()[:20]


@transaction.atomic
def save(key: str, language: str, texts: Mapping[str, str], actor: Actor, *, seen: str, note: str = "") -> Change | None:
    """Put the modules of one language to use; None where nothing changed. `seen`: `version` of the text that was edited.

    Fields that are missing in `texts` stay; empty ones are removed. Raises Refused and Overtaken. Diary: `service.texts_saved`.
    """
    if language not in LANGUAGES:
        raise Refused("Diese Sprache gibt es nicht.")
    too_long = [str(BY_KEY[name].label) for name, text in texts.items() if len(text) > LONGEST]
    if too_long:
        raise Refused(f"Zu lang (höchstens {LONGEST} Zeichen): {', '.join(too_long)}.")
    before = _locked(key, seen)
    tidy = {name: store.tidy(name, text) for name, text in texts.items() if name in BY_KEY}
    try:
        after = store.written(before, {language: tidy})
    except TOMLKitError as error:
        raise Refused(f"Die Datei {key}.toml ist von Hand geändert worden und kein gültiges TOML: {error}") from error
    return _put(key, before, after, actor, note)


@transaction.atomic
def take_over(
    key: str, texts: store.Texts, source: Mapping[str, str], original: bytes, actor: Actor | None = None
) -> Change | None:
    """What an import brought: all modules it has; those it does not have stay. Diary: `service.texts_saved`."""
    before = _locked(key)
    try:
        after = store.written(before, texts, source)
    except TOMLKitError as error:
        raise Refused(f"Die Datei {key}.toml ist von Hand geändert worden und kein gültiges TOML: {error}") from error
    _write(store.original_of(key), original)
    return _put(key, before, after, actor, f"Import {source.get('agency', '')} {source.get('id', '')}".strip())


@transaction.atomic
def restore(change: Change, actor: Actor, *, seen: str) -> Change | None:
    """Back to how the file was before this change; a change of its own, so that it can be taken back too."""
    before = _locked(change.service, seen)
    return _put(change.service, before, change.before, actor, "", change)


@transaction.atomic
def remove(key: str, actor: Actor | None = None) -> Change | None:
    """Take all texts of an entry away, those of an import too; the history keeps them. Diary: `service.texts_saved`."""
    before = _locked(key)
    _write(store.original_of(key), b"")
    return _put(key, before, "", actor, "")


def _locked(key: str, seen: str | None = None) -> str:
    store.path_of(key)  # ValueError for what is no key
    with connection.cursor() as cursor:  # two savers of one entry: one after the other, in every process
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"modules:{key}"])
    before = store.text_of(key)
    if seen is not None and seen != version(before):
        raise Overtaken("Jemand anderes hat diese Texte inzwischen geändert. Bitte prüfen Sie die neue Fassung.")
    return before


def _put(key: str, before: str, after: str, actor: Actor | None, note: str, restores: Change | None = None) -> Change | None:
    if after == before:
        return None
    if len(after) > MOST_CHARACTERS:
        raise Refused("Die Texte sind zusammen zu lang.")
    staff = actor.staff if actor else None
    change = Change.objects.create(
        service=key, file=FILE, staff=staff, before=before, after=after, note=note[:500], restores=restores
    )
    by = actor.key if actor else "system"
    record(
        "service.texts_saved",
        subject=f"change:{change.pk}",
        actor=by,
        data={"key": key, "restores": restores.pk if restores else None},
    )
    _write(store.path_of(key), after.encode())
    return change


def _write(target: Path, data: bytes) -> None:
    """All or nothing; empty takes the file away."""
    try:
        if data.strip():
            files.put(target, data)
        else:
            target.unlink(missing_ok=True)
    except OSError as error:
        raise Refused(
            f"Die Datei {target.name} lässt sich nicht schreiben: Der Ordner der Stadt ist schreibgeschützt oder voll. "
            "Bitte wenden Sie sich an die Betreuung der Plattform."
        ) from error
