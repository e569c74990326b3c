"""Put something into the vault, take it out, share one fact, end that, and note who looked."""

import secrets
import uuid
from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.privacy.actions import note_access
from stadtkern.lib import ids

from .facts import LEGAL_BASIS
from .models import Item, Share, Use

MOST_ITEMS, MOST_SHARES = 100, 50
MEDIA_TYPES = ("application/pdf", "image/jpeg", "image/png")
MOST_BYTES = 10_000_000
TRIES = 10  # wrong codes, then the share is over
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=30)
NETWORK_DAYS, ENDED_DAYS = 7, 90


class Full(ValueError):
    """The vault, or the list of shares, holds as much as it may."""


class Over(LookupError):
    """Unknown, ended, used up or wrong code: the stranger is not told which."""


@transaction.atomic
def add_item(actor: Actor, *, kind: str, title: str, valid_until: date | None, file_name: str, data: bytes) -> Item:
    """Keep a document of one's own. Every file has a key of its own, that goes with it. Raises UploadRefused, Full."""
    if actor.account is None:
        raise PermissionError("Only an account has a vault")
    Account.objects.select_for_update().get(pk=actor.account.pk)
    if Item.objects.filter(account=actor.account).count() >= MOST_ITEMS:
        raise Full
    upload = documents.receive(
        about=f"vault:{uuid.uuid4().hex}", path="", account=actor.account, file_name=file_name, data=data,
        media_types=MEDIA_TYPES, max_bytes=MOST_BYTES,
    )  # fmt: skip
    item = Item.objects.create(account=actor.account, upload=upload, kind=kind, title=title, valid_until=valid_until)
    record("vault.added", subject=f"account:{actor.account.pk}", actor=actor.key, data={"item": item.pk})
    return item


@transaction.atomic
def remove_item(actor: Actor, item: Item) -> None:
    """Gone at once, its key too, and every share of it. A second time changes nothing."""
    found = Item.objects.visible_to(actor).select_for_update().filter(pk=item.pk).select_related("upload").first()
    if found is not None:
        about, key = found.upload.about, found.pk
        found.delete()
        documents.shred_uploads(about)
        record("vault.removed", subject=f"account:{item.account_id}", actor=actor.key, data={"item": key})


@transaction.atomic
def share(
    actor: Actor,
    *,
    fact: str,
    recipient: str,
    purpose: str,
    lasts: timedelta,
    most_uses: int | None = None,
    with_name: bool = True,
    document: Document | None = None,
    item: Item | None = None,
) -> tuple[Share, str, str]:
    """Share one fact; returns the share, the secret of the link and the code: both are told here and never again."""
    if actor.account is None:
        raise PermissionError("Only an account has a vault")
    if not SHORTEST <= lasts <= LONGEST or (most_uses is not None and not 1 <= most_uses <= 1000):
        raise ValueError("A share lasts five minutes to thirty days, for 1 to 1000 uses")
    if (fact == Share.Fact.DOCUMENT) != (document is not None) or (fact == Share.Fact.ITEM) != (item is not None):
        raise ValueError("A document belongs to the share of a document")
    if (document and document.account_id != actor.account.pk) or (item and item.account_id != actor.account.pk):
        raise PermissionError("Only what is one's own can be shared")
    now = timezone.now()
    Account.objects.select_for_update().get(pk=actor.account.pk)
    if Share.objects.filter(account=actor.account).open(now).count() >= MOST_SHARES:
        raise Full
    secret, code = secrets.token_urlsafe(24), f"{secrets.randbelow(10**6):06d}"
    row = Share.objects.create(
        account=actor.account, digest=digest_of(secret), code_digest=digest_of(f"{secret}:{code}"), fact=fact,
        with_name=with_name, document=document, item=item, recipient=recipient, purpose=purpose, created_at=now,
        expires_at=now + lasts, most_uses=most_uses,
    )  # fmt: skip
    record("vault.shared", subject=f"account:{actor.account.pk}", actor=actor.key, data={"share": row.pk})
    return row, secret, code


def digest_of(secret: str) -> str:
    return ids.digest(secret)


@transaction.atomic
def end_share(actor: Actor, row: Share) -> None:
    """From now on it shows nothing; a second time changes nothing."""
    if Share.objects.visible_to(actor).filter(pk=row.pk, revoked_at=None).update(revoked_at=timezone.now()):
        record("vault.share_ended", subject=f"account:{row.account_id}", actor=actor.key, data={"share": row.pk})


def open_share(secret: str, code: str, *, device: str, network: str) -> tuple[Share, Use]:
    """The receiver shows link and code: count it and note it. Raises Over.

    Diary: `vault.share_used` or `vault.share_refused`.
    """
    with transaction.atomic():
        row = Share.objects.select_for_update(of=("self",)).filter(digest=digest_of(secret)).first()
        if row is None or not row.is_open(timezone.now()):
            raise Over
        right = secrets.compare_digest(row.code_digest, digest_of(f"{secret}:{code}"))
        if right:
            return row, _used(row, device, network)
        row.tries += 1
        if row.tries >= TRIES:
            row.revoked_at = timezone.now()
        row.save(update_fields=["tries", "revoked_at"])
        record("vault.share_refused", subject=f"account:{row.account_id}", actor="anonymous", data={"share": row.pk})
    raise Over


def _used(row: Share, device: str, network: str) -> Use:
    row.uses += 1
    row.save(update_fields=["uses"])
    use = Use.objects.create(share=row, device=device[:60], network=network[:40])
    record("vault.share_used", subject=f"account:{row.account_id}", actor=str(row), data={"share": row.pk, "use": use.pk})
    if row.document_id or row.item_id:  # a register notes by itself that it was asked
        note_access(
            actor=str(row), person_key=None, account=row.account, purpose="share", legal_basis=LEGAL_BASIS, source="documents",
            fields=["document" if row.document_id else "uploads"], about=str(row),
        )  # fmt: skip
    return use


@transaction.atomic
def take_back(use: Use) -> None:
    """The register did not answer, so nothing was shown: the use does not count. The diary keeps both lines."""
    if Use.objects.filter(pk=use.pk).delete()[0]:
        Share.objects.filter(pk=use.share_id).update(uses=F("uses") - 1)
        record("vault.share_unanswered", subject=f"share:{use.share_id}", actor=SYSTEM)


@transaction.atomic
def forget_old(now: datetime) -> int:
    """Half addresses after seven days, ended shares after ninety; returns how many."""
    count = Use.objects.filter(at__lt=now - timedelta(days=NETWORK_DAYS)).exclude(network="").update(network="")
    gone, _each = Share.objects.filter(expires_at__lt=now - timedelta(days=ENDED_DAYS)).delete()
    if count or gone:
        record("vault.forgotten", subject="vault", actor=SYSTEM, data={"networks": count, "shares": gone})
    return count + gone


@transaction.atomic
def erase_of(account_id: int, keep: Collection[str] = ()) -> int:
    """Everything in one vault; the files themselves and their keys are documents' to erase. Diary: `vault.erased`."""
    shares, _each = Share.objects.filter(account=account_id).delete()
    items, _more = Item.objects.filter(account=account_id).delete()
    if shares or items:
        record("vault.erased", subject=f"account:{account_id}", actor=SYSTEM, data={"shares": shares, "items": items})
    return shares + items
