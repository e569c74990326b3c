"""Answers of sign-in means between two requests: kept once, fetched once, by whoever holds the key and asked the question."""

import base64
import secrets
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import IntegrityError, transaction
from django.utils import timezone

from stadtkern.kernel.events.actions import record
from stadtkern.lib import ids

from ..access import SYSTEM
from ..models import Answer

FETCHED_WITHIN = timedelta(minutes=5)


class SeenBefore(ValueError):
    """This very statement was shown before, to whichever process."""


@transaction.atomic
def keep_answer(means: str, assertion: tuple[str, str], question: str, told: str, keep_until: datetime) -> str:
    """Remember that this statement was used, and keep what it says for the browser that asked; returns its one-time key."""
    key = secrets.token_urlsafe(32)
    sealed = Fernet(_derived(key)).encrypt(told.encode()).decode()
    digest = ids.digest("\0".join((means, *assertion)))
    try:
        with transaction.atomic():
            row = Answer.objects.create(
                means=means,
                assertion=digest,
                question=question[:100],
                key=ids.digest(key),
                sealed=sealed,
                keep_until=keep_until,
            )
    except IntegrityError as replay:
        raise SeenBefore from replay
    record("account.answer_kept", subject=f"answer:{row.pk}", actor=SYSTEM, data={"means": means})
    return key


@transaction.atomic
def take_answer(means: str, key: str, question: str) -> str | None:
    """What the means said to this question; None when there is no such answer, it was fetched before, or too late."""
    since = timezone.now() - FETCHED_WITHIN
    row = (
        Answer.objects.select_for_update()
        .filter(means=means, key=ids.digest(key), question=question, taken_at=None, created_at__gt=since)
        .first()
    )
    if row is None:
        return None
    try:
        told = Fernet(_derived(key)).decrypt(row.sealed.encode()).decode()
    except InvalidToken:
        return None
    row.taken_at, row.sealed = timezone.now(), ""
    row.save(update_fields=["taken_at", "sealed"])
    record("account.answer_taken", subject=f"answer:{row.pk}", actor=SYSTEM, data={"means": means})
    return told


@transaction.atomic
def forget_answers(batch: int = 5000) -> int:
    """Statements that nobody could show again, because their own time is over; returns how many."""
    over = list(Answer.objects.filter(keep_until__lt=timezone.now()).order_by("pk").values_list("pk", flat=True)[:batch])
    gone, _ = Answer.objects.filter(pk__in=over).delete()
    if gone:
        record("account.answers_forgotten", subject="accounts", actor=SYSTEM, data={"answers": gone})
    return int(gone)


def _derived(key: str) -> bytes:
    raw = HKDF(SHA256(), 32, salt=None, info=b"stadtkern answer").derive(key.encode("utf-8", "surrogatepass"))
    return base64.urlsafe_b64encode(raw)
