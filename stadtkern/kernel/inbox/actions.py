"""Put a letter into the post box, write to an office, and send the e-mail that says there is post."""

from collections.abc import Sequence

from django.db import transaction

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Company
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.documents.models import Document, Upload

from .models import Message


@transaction.atomic
def deliver(
    *,
    account: Account,
    about: str,
    office: Office | None,
    title: str,
    body: str,
    documents: Sequence[Document] = (),
    actor_key: str,
    once: str | None = None,
    company: Company | None = None,
    link: str = "",
) -> Message:
    """A letter from the office to the person, plus an e-mail without content that says so.

    `once` makes a replay return the first letter. `link` is the path of the page where the answer is written
    ("/vorgang/…/"). The e-mail goes out by a job of the same transaction.
    """
    raise NotImplementedError


@transaction.atomic
def write(
    actor: Actor,
    *,
    about: str,
    office: Office | None,
    title: str,
    body: str,
    uploads: Sequence[Upload] = (),
    link: str = "",
) -> Message:
    """A letter from the signed-in person (or the company acted for) to the office."""
    raise NotImplementedError


@transaction.atomic
def mark_read(actor: Actor, message: Message) -> Message:
    """The receiver has opened the letter; a second time changes nothing, anybody else changes nothing."""
    raise NotImplementedError
