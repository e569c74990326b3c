"""One sign-in at one app: its code is used once, its tokens live and die together."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from allauth.idp.oidc.models import Client, Token
from django.db import transaction
from django.db.models import BigIntegerField, Exists, OuterRef
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account, Trust
from stadtkern.kernel.events.actions import record

from ..models import Connection, Grant, SpentKey

KEPT_DAYS = 60  # longer than a refresh token lives


@transaction.atomic
def begin(connection: Connection, digest: str, *, trust: Trust, signed_in_at: datetime | None, scopes: Sequence[str]) -> Grant:
    """A code (or a device) was allowed."""
    grant = Grant.objects.create(
        connection=connection, digest=digest, trust=trust, signed_in_at=signed_in_at, scopes=list(scopes)
    )
    Connection.objects.filter(pk=connection.pk).update(last_used_at=timezone.now())
    account = f"account:{connection.account_id}"
    record("grant.begun", subject=account, actor=account, data={"client": connection.client_id, "grant": grant.pk})
    return grant


@transaction.atomic
def redeem(grant: Grant, *, tokens: Sequence[str], dropped: Sequence[str] = (), spent: str = "") -> None:
    """Tokens were handed out under this grant (hashes); `spent` is the refresh token they replace."""
    Token.objects.filter(hash__in=dropped).delete()
    for token in Token.objects.filter(hash__in=tokens, client=grant.connection.client_id):
        token.data = {**(token.data or {}), "grant": grant.pk}
        token.save(update_fields=["data"])
    if spent:
        SpentKey.objects.get_or_create(digest=spent, defaults={"grant": grant})
    Grant.objects.filter(pk=grant.pk, redeemed_at=None).update(redeemed_at=timezone.now())
    actor, subject = f"client:{grant.connection.client_id}", f"account:{grant.connection.account_id}"
    record("grant.redeemed", subject=subject, actor=actor, data={"grant": grant.pk, "renewed": bool(spent)})


@transaction.atomic
def end_grant(grant: Grant, *, replayed: bool) -> None:
    """Something was shown twice: whatever came of this sign-in is void."""
    Token.objects.filter(client=grant.connection.client_id, data__grant=grant.pk).delete()
    if Grant.objects.filter(pk=grant.pk, ended_at=None).update(ended_at=timezone.now()):
        subject, data = f"account:{grant.connection.account_id}", {"grant": grant.pk, "replayed": replayed}
        record("grant.ended", subject=subject, actor=f"client:{grant.connection.client_id}", data=data)


@transaction.atomic
def sign_out(account: Account, client: Client) -> None:
    """The app said goodbye: its tokens end, the connection stays."""
    Token.objects.filter(user=account, client=client).delete()
    now = timezone.now()
    Grant.objects.filter(connection__account=account, connection__client=client, ended_at=None).update(ended_at=now)
    record("connection.signed_out", subject=f"account:{account.pk}", actor=f"client:{client.pk}")


@transaction.atomic
def forget_old(batch: int = 5000) -> int:
    """Sign-ins nobody can use any more, and dead tokens; returns how many rows."""
    dead, _ = Token.objects.filter(pk__in=list(Token.objects.expired().values_list("pk", flat=True)[:batch])).delete()
    number = Cast(KeyTextTransform("grant", "data"), BigIntegerField())
    in_use = Token.objects.annotate(grant_id=number).filter(grant_id=OuterRef("pk"))
    old = Grant.objects.filter(~Exists(in_use), created_at__lt=timezone.now() - timedelta(days=KEPT_DAYS))
    gone, _ = Grant.objects.filter(pk__in=list(old.order_by("pk").values_list("pk", flat=True)[:batch])).delete()
    if gone + dead:
        record("grant.forgotten", subject="provider", actor="system", data={"grants": gone, "tokens": dead})
    return int(gone) + int(dead)
