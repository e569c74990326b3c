"""Letters between a person and an office."""

import re
from collections.abc import Collection, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.models import Account, Company, Mandate
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.documents.models import Document, Upload
from stadtkern.kernel.events.actions import record

from ..models import Echo, Message
from .echoing import send_echo

LONGEST = 20_000  # characters of one letter
Direction = Message.Direction


class Refused(Exception):
    """This cannot be sent; the message (German) says what to write instead."""


@transaction.atomic
def deliver(
    *,
    account: Account | None,
    about: str,
    office: Office | None,
    title: str,
    body: str,
    documents: Sequence[Document] = (),
    actor_key: str,
    once: str | None = None,
    company: Company | None = None,
    mandate: Mandate | None = None,
    link: str = "",
) -> Message:
    """A letter from the office to the person, plus an e-mail without content that says so.

    Without an account (a report without a name) it waits to be fetched with the code, and no e-mail goes out. `once` makes
    a replay return the first letter. `link` is the path of the page where the answer is written ("/vorgang/…/").
    The e-mail goes out by a job of the same transaction. ValueError for a letter longer than 20,000 characters: it belongs
    into a document.
    """
    body = tidy(body)
    if len(body) > LONGEST:
        raise ValueError(f"a letter of {len(body)} characters")
    message, fresh = _once(
        Message(
            account=account, company=company, mandate=mandate, office=office, direction=Direction.TO_PERSON,
            about=about, link=own_path(link), title=_title(title), body=body, once=once,
        )
    )  # fmt: skip
    if fresh:
        message.documents.set(documents)
        if account is not None:
            Echo.objects.create(message=message)
            send_echo.defer(message_id=message.pk)
        _note("inbox.delivered", message, actor_key, documents=len(documents))
    return message


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
    nameless: bool = False,
) -> Message:
    """A letter from the signed-in person (or the company acted for) to the office.

    Refused for an empty or too long text; ValueError for uploads of something else.
    """
    if actor.account is None and not nameless:
        raise Refused(_("Melden Sie sich an, um dem Amt zu schreiben."))
    body = tidy(body)
    if not body:
        raise Refused(_("Schreiben Sie bitte, worum es geht."))
    if len(body) > LONGEST:
        raise Refused(_("Ihre Nachricht ist zu lang. Schreiben Sie höchstens 20.000 Zeichen oder fügen Sie eine Datei an."))
    if any(upload.about != about for upload in uploads):
        raise ValueError("a file that was handed in for something else")
    message = Message.objects.create(
        account=None if nameless else actor.owner, company=None if nameless else actor.company,
        mandate=None if nameless else actor.mandate, office=office, direction=Direction.TO_OFFICE, about=about,
        link=own_path(link), title=_title(title), body=body,
    )  # fmt: skip
    message.uploads.set(uploads)
    _note("inbox.written", message, actor.key, uploads=len(uploads))
    return message


@transaction.atomic
def mark_read(actor: Actor, message: Message) -> Message:
    """The receiver has opened the letter; a second time changes nothing, anybody else changes nothing."""
    receives = Message.objects.received_by(actor).filter(pk=message.pk, read_at=None)
    if receives.update(read_at=timezone.now()):
        _note("inbox.read", message, actor.key)
        message.refresh_from_db()
    return message


@transaction.atomic
def forget_of(account_id: int, keep: Collection[str]) -> int:
    """Letters of one person, except for the matters in `keep`; returns how many. Diary: `inbox.forgotten`."""
    return _forget(
        Message.objects.filter(account=account_id, company=None).exclude(about__in=list(keep)), f"account:{account_id}"
    )


@transaction.atomic
def forget_about(about: str) -> int:
    """Every letter about one thing whose retention has ended; returns how many. Diary: `inbox.forgotten`."""
    return _forget(Message.objects.filter(about=about), about)


def _forget(rows: QuerySet[Message], subject: str) -> int:
    ids = list(rows.values_list("pk", flat=True))
    if ids:
        Message.objects.filter(pk__in=ids).delete()
        record("inbox.forgotten", subject=subject, actor=SYSTEM, data={"messages": len(ids)})
    return len(ids)


@transaction.atomic
def mark_fetched(about: str) -> int:
    """Whoever has the code of a report without a name has read what was written about it; returns how many letters."""
    rows = Message.objects.filter(about=about, account=None, direction=Direction.TO_PERSON, read_at=None)
    if count := rows.update(read_at=timezone.now()):
        record("inbox.read", subject=about, actor="anonymous", data={"messages": count})
    return count


def tidy(text: str) -> str:
    """Line ends as \\n, no control characters (PostgreSQL refuses NUL), no blank edges."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", text).strip()


def own_path(link: str) -> str:
    """A path of this site; anything else would lead people astray."""
    if link and (not link.startswith("/") or link.startswith("//")):
        raise ValueError(f"{link!r} is no path of this site")
    return link


def _title(title: str) -> str:
    title = " ".join(tidy(title).split())
    return title if len(title) <= 200 else title[:199] + "…"


def _once(message: Message) -> tuple[Message, bool]:
    """Saved now, or the one that was saved before under the same `once` (the constraint decides races)."""
    if message.once and (before := Message.objects.filter(once=message.once).first()):
        return before, False
    try:
        with transaction.atomic():
            message.save()
    except IntegrityError:
        if not message.once:
            raise
        return Message.objects.get(once=message.once), False
    return message, True


def _note(name: str, message: Message, actor_key: str, **numbers: Any) -> None:
    record(name, subject=message.about or f"message:{message.pk}", actor=actor_key, data={"message": message.pk, **numbers})
