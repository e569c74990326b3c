"""Files of citizens: taken in clean, or waiting for the scanner, or not at all."""

import hashlib
from collections.abc import Collection, Mapping
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.accounts.models import Account, Mandate
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.documents.actions.sealed import end_matter
from stadtkern.kernel.documents.adapters import Scanner, ScannerUnavailable
from stadtkern.kernel.documents.intake import Refused, inspect
from stadtkern.kernel.documents.intake.nameless import plain_name, without_author
from stadtkern.kernel.documents.models import Upload, UploadContent, owner_of
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.privacy import keys
from stadtkern.kernel.privacy.sealing import actions as sealing
from stadtkern.lib.pictures import leftovers

UploadRefused = Refused


def receive(
    *,
    about: str,
    path: str,
    account: Account | None,
    file_name: str,
    data: bytes,
    media_types: Collection[str],
    max_bytes: int | None,
    as_is: bool = False,
    nameless: bool = False,
    mandate: Mandate | None = None,
) -> Upload:
    """Take in one file: type by content, images re-encoded, PDFs cleaned, viruses refused.

    `media_types` empty = PDF, JPEG, PNG, WebP; `max_bytes` None = 10 MB. Raises UploadRefused(message). The upload is CLEAN,
    or CHECKING while no virus scanner answers: then a job asks again, and it must not be used before. Diary:
    `upload.received`, or `upload.waiting`. `as_is`: checked the same way, but kept byte for byte, because somebody vouches for
    it with a hash (FIT-Connect), unless it is a picture with metadata. `nameless`: the file must not tell who handed it in.
    """
    taken = inspect(file_name, data, media_types, max_bytes)
    as_is = as_is and not leftovers(data)  # a picture that tells where it was taken is painted anew, whoever vouches for it
    kept = data if as_is else without_author(taken.data, taken.media_type) if nameless else taken.data
    try:
        found = _scanner().scan(data)
        state = Upload.State.CLEAN
    except ScannerUnavailable:
        found, state = None, Upload.State.CHECKING
    if found:
        raise UploadRefused(_("In der Datei steckt ein Schadprogramm. Wir haben sie nicht gespeichert. Prüfen Sie Ihr Gerät."))
    with transaction.atomic():
        row = Upload.objects.create(
            about=about,
            path=path[:500],
            account=account,
            mandate=mandate,
            file_name=plain_name(taken.media_type) if nameless else taken.file_name,
            media_type=taken.media_type,
            size=len(kept),
            sha256=hashlib.sha256(kept).hexdigest(),
            state=state,
        )
        _store(row, kept)
        name = "upload.received" if state == Upload.State.CLEAN else "upload.waiting"
        record(name, subject=about, actor=f"account:{account.pk}" if account else "anonymous", data={"upload": row.pk})
    return row


def _store(row: Upload, data: bytes) -> None:
    content = UploadContent(upload=row)
    content.sealed = keys.seal(owner_of(row.account_id, None, row.about), data, about=row.about, place=str(content))
    content.save()


def _scanner() -> Scanner:
    return cast(Scanner, city().adapter("documents"))


def check_again(upload_id: int) -> None:
    """Ask the scanner about a waiting file. Raises ScannerUnavailable while it is away; a file gone or done is fine.

    Diary: `upload.received`, or `upload.refused` (then the bytes are deleted).
    """
    waiting = Upload.objects.filter(pk=upload_id, state=Upload.State.CHECKING).select_related("content").first()
    if waiting is None:
        return
    found = _scanner().scan(waiting.content.data)
    with transaction.atomic():
        row = Upload.objects.select_for_update().filter(pk=upload_id, state=Upload.State.CHECKING).first()
        if row is None:
            return
        row.state = Upload.State.REFUSED if found else Upload.State.CLEAN
        row.save(update_fields=["state"])
        if found:
            UploadContent.objects.filter(upload=row).delete()
        name = "upload.refused" if found else "upload.received"
        record(name, subject=row.about, actor=SYSTEM, data={"upload": row.pk})


@transaction.atomic
def move(about: str, to: str, paths: Mapping[str, str]) -> int:
    """Files taken in before their case existed now belong to it; `paths` = old path to the field of the form ("" = none).

    Returns how many. The caller's diary line covers it.
    """
    rows = list(Upload.objects.select_for_update().filter(about=about))
    for row in rows:
        row.about, row.path = to, paths.get(row.path, "")[:500]
    Upload.objects.bulk_update(rows, ["about", "path"])
    sealing.move(about, to)
    return len(rows)


@transaction.atomic
def discard(actor_key: str, upload: Upload) -> None:
    """Throw a file away that was replaced or belongs to a discarded draft. Diary: `upload.discarded`."""
    if Upload.objects.filter(pk=upload.pk).delete()[0]:
        record("upload.discarded", subject=upload.about, actor=actor_key, data={"upload": upload.pk})


@transaction.atomic
def shred_uploads(about: str) -> int:
    """Delete every file of one case (its retention has ended); returns how many. Diary: `upload.shredded`."""
    rows = Upload.objects.filter(about=about)
    if count := rows.count():
        rows.delete()
        end_matter(about)
        record("upload.shredded", subject=about, actor=SYSTEM, data={"uploads": count})
    return count


@transaction.atomic
def hand_over(about: str, account: Account) -> int:
    """The files of an anonymous draft get the owner who signed in; returns how many. The caller's diary line covers it."""
    sealing.hand_over(about, f"account:{account.pk}")
    return Upload.objects.filter(about=about, account=None).update(account=account)
