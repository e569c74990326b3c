"""Issue, revoke and shred the city's papers; take in the files of citizens."""

from collections.abc import Collection
from datetime import date
from typing import Any

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Company

from .models import Document, Upload


class UploadRefused(Exception):
    """The file is not taken; the message is German, for the citizen, and says what to do instead."""


def issue(
    *,
    about: str,
    account: Account | None,
    company: Company | None,
    title: str,
    template: str,
    data: dict[str, Any],
    keep_until: date | None,
    actor_key: str,
    valid_until: date | None = None,
    once: str | None = None,
    kind: str = "",
) -> Document:
    """Render, seal and store one paper.

    `template` is typst source (see letter.typ for the data it may use), `data` is JSON-ready. `title` may be shown to the
    owner only; `kind` ("Meldebescheinigung") is what the public verify page says, default: `data["case"]["service"]`.
    `once` makes a replay harmless: the same key returns the first document. Diary: `document.issued`.
    """
    raise NotImplementedError


def revoke(actor_key: str, document: Document, because: str) -> Document:
    """The paper no longer holds; the verify page says so from now on. A second call changes nothing. Diary: `document.revoked`."""
    raise NotImplementedError


def shred_due(today: date) -> int:
    """Delete the content of every document whose `keep_until` has passed; returns how many. Diary: `document.shredded`."""
    raise NotImplementedError


def note_download(actor: Actor, document: Document) -> None:
    """Somebody fetched the paper. Diary: `document.fetched`; privacy notes it when it is not the owner."""
    raise NotImplementedError


def receive(
    *,
    about: str,
    path: str,
    account: Account | None,
    file_name: str,
    data: bytes,
    media_types: Collection[str],
    max_bytes: int | None,
) -> Upload:
    """Take in one file: type by content, images re-encoded, PDFs cleaned, viruses refused.

    `media_types` empty = PDF, JPEG, PNG, WebP; `max_bytes` None = 10 MB. Raises UploadRefused(message). The upload is CLEAN,
    or CHECKING while no virus scanner answers: then a job asks again, and it must not be used before. Diary: `upload.received`.
    """
    raise NotImplementedError


def discard(actor_key: str, upload: Upload) -> None:
    """Throw a file away that was replaced or belongs to a discarded draft. Diary: `upload.discarded`."""
    raise NotImplementedError


def shred_uploads(about: str) -> int:
    """Delete every file of one case (its retention has ended); returns how many. Diary: `upload.shredded`."""
    raise NotImplementedError


def hand_over(about: str, account: Account) -> int:
    """The files of an anonymous draft get the owner who signed in; returns how many."""
    raise NotImplementedError
