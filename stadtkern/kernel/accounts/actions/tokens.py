"""Keys for programs: made once, shown once, kept only as a digest."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.events.actions import record
from stadtkern.lib import ids

from ..access import Actor
from ..models import Token
from ..queries import caller

PREFIX = "stk_"  # lets secret scanners find a key that was published by mistake
MOST_DAYS = 365
MOST_TOKENS = 20
USED_EVERY = timedelta(minutes=10)  # how exact "last used" is; not one UPDATE per call


class TooManyTokens(ValueError):
    """The account holds as many live keys as it may."""


def digest_of(secret: str) -> str:
    """What the database keeps of a secret: SHA-256, hexadecimal."""
    return ids.digest(secret)


@transaction.atomic
def create_token(actor: Actor, title: str, days: int) -> tuple[Token, str]:
    """A key that acts as this account (for the company acted for, if any) for 1 to 365 days; the secret is returned once."""
    if actor.account is None:
        raise ValueError("Only an account has keys")
    if actor.mandate:
        raise ValueError("A key acts for oneself or one's company, never under a mandate")
    if not 1 <= days <= MOST_DAYS:
        raise ValueError(f"A key lives 1 to {MOST_DAYS} days")
    now = timezone.now()
    if Token.objects.filter(account=actor.account, revoked_at=None, expires_at__gt=now).count() >= MOST_TOKENS:
        raise TooManyTokens
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        account=actor.account,
        company=actor.company,
        title=title,
        digest=digest_of(secret),
        expires_at=now + timedelta(days=days),
    )
    record("token.created", subject=f"account:{actor.account.pk}", actor=actor.key, data={"token": token.pk, "days": days})
    return token, secret


@transaction.atomic
def revoke_token(actor: Actor, token: Token) -> None:
    """End a key at once; a second time changes nothing."""
    if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        record("token.revoked", subject=f"account:{token.account_id}", actor=actor.key, data={"token": token.pk})
        token.refresh_from_db(fields=["revoked_at"])


def actor_of_token(secret: str) -> Actor | None:
    """Who acts with this key, in one query; None when it is unknown, over, revoked, or the company was left."""
    now = timezone.now()
    known = caller(digest_of(secret), now)
    if known is None:
        return None
    actor, token, last_used_at = known
    if last_used_at is None or last_used_at < now - USED_EVERY:
        Token.objects.filter(pk=token).update(last_used_at=now)
    return actor
