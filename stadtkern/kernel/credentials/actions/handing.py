"""Hand a proof over to a wallet (OpenID4VCI): code and PIN for a token, token and key for the signed credential."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from stadtkern.kernel.credentials import codes, keys, places
from stadtkern.kernel.credentials.kinds import nested
from stadtkern.kernel.credentials.models import Copy, Credential, Grant, UsedNonce
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.privacy import keys as vault
from stadtkern.lib.sdjwt import Jwk, issue, thumbprint

from .listing import draw, strike
from .offering import WRONG_PINS

TOKEN_SECONDS = 300
WALLET = "wallet"  # actor of the diary: whoever holds the code and the PIN


class Denied(Exception):
    """An error of the protocol: the word of the specification, and how it is told."""

    def __init__(self, error: str, description: str = "", status: int = 400) -> None:
        super().__init__(error)
        self.error, self.description, self.status = error, description, status


@dataclass(frozen=True)
class Handed:
    """What the wallet gets."""

    credentials: tuple[str, ...]
    notification_id: str


def exchange(code: str, pin: str | None) -> str:
    """The token for a code with its PIN. Raises Denied; a wrong PIN is counted. Diary: `credential.code_exchanged`."""
    token = codes.secret()
    with transaction.atomic():
        found = Grant.objects.filter(code_digest=codes.digest(code)).values_list("credential_id", flat=True).first()
        if found is None:
            raise Denied("invalid_grant", "unknown or expired code")
        credential = Credential.objects.select_for_update().get(pk=found)
        grant = Grant.objects.select_for_update().filter(code_digest=codes.digest(code)).first()
        problem = _why_not(grant, credential, pin, code)
        if grant is not None and problem is None:
            grant.exchanged_at, grant.token_digest = timezone.now(), codes.digest(token)
            grant.token_until = timezone.now() + timedelta(seconds=TOKEN_SECONDS)
            grant.save(update_fields=["exchanged_at", "token_digest", "token_until"])
            data = {"credential": credential.pk, "grant": grant.pk}
            record("credential.code_exchanged", subject=credential.about, actor=WALLET, data=data)
    if problem:
        raise problem  # after the transaction: the count of wrong PINs stays
    return token


def _why_not(grant: Grant | None, credential: Credential, pin: str | None, code: str) -> Denied | None:
    if grant is None or grant.expires_at < timezone.now() or grant.exchanged_at or grant.attempts >= WRONG_PINS:
        return Denied("invalid_grant", "unknown or expired code")
    if pin is None:
        return Denied("invalid_request", "tx_code is required")
    if not codes.pin_fits(code, pin):
        grant.attempts += 1
        grant.save(update_fields=["attempts"])
        record(
            "credential.pin_wrong", subject=credential.about, actor=WALLET, data={"grant": grant.pk, "count": grant.attempts}
        )
        return Denied("invalid_grant", "wrong tx_code")
    return None if _may_go_out(credential) else Denied("invalid_grant", "no longer on offer")


def _may_go_out(credential: Credential) -> bool:
    now = timezone.now()
    over = credential.valid_until is not None and credential.valid_until < now
    return bool(credential.claims) and credential.open_until >= now and not credential.revoked_at and not over


def grant_of(token: str) -> Grant:
    """The grant behind an access token, used up or not. Raises Denied (401)."""
    found = Grant.objects.select_related("credential").filter(token_digest=codes.digest(token)).first() if token else None
    if found is None or found.token_until is None or found.token_until < timezone.now():
        raise Denied("invalid_token", status=401)
    return found


@transaction.atomic
def hand_over(grant: Grant, holders: Sequence[Jwk], nonces: Sequence[str]) -> Handed:
    """Sign one copy for every key of the wallet; the claims are forgotten here. Diary: `credential.issued`.

    The caller has checked the proofs; here the nonces are used up. Raises Denied.
    """
    credential = Credential.objects.select_for_update().get(pk=grant.credential_id)
    row = Grant.objects.select_for_update().filter(pk=grant.pk).first()
    if row is None or row.fetched_at or not _may_go_out(credential):
        raise Denied("credential_request_denied", "fetched already, or no longer on offer")
    _use_up(nonces)
    claims = nested(json.loads(vault.open_(bytes(credential.claims), place=str(credential))))
    key, notice = keys.signing(), codes.secret()
    listed, drawn = draw(len(holders))
    signed = []
    for holder, place in zip(holders, drawn, strict=True):
        status = {"status_list": {"uri": places.address("status", listed.key), "idx": place}}
        signed.append(issue({**_frame(credential, holder, status), **claims}, key=key.private, kid=key.kid))
        Copy.objects.create(
            credential=credential, listed=listed, place=place, kid=key.kid, holder=thumbprint(holder),
            notice=codes.digest(notice), valid_until=credential.valid_until,
        )  # fmt: skip
    row.fetched_at, credential.claims = timezone.now(), b""
    row.save(update_fields=["fetched_at"])
    credential.save(update_fields=["claims"])
    data = {"credential": credential.pk, "copies": len(signed)}
    record("credential.issued", subject=credential.about, actor=WALLET, data=data)
    return Handed(tuple(signed), notice)


def _frame(credential: Credential, holder: Jwk, status: dict[str, Any]) -> dict[str, Any]:
    """What stands openly. The day, not the second, so that two verifiers cannot tell by it that they saw the same proof."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    frame: dict[str, Any] = {
        "iss": places.issuer(),
        "vct": credential.vct,
        "iat": int(today.timestamp()),
        "cnf": {"jwk": {name: holder[name] for name in ("kty", "crv", "x", "y")}},
        "status": status,
    }
    if credential.valid_until:
        frame["exp"] = int(credential.valid_until.timestamp())
    return frame


def _use_up(nonces: Sequence[str]) -> None:
    expires = timezone.now() + timedelta(seconds=codes.NONCE_SECONDS)
    rows = [UsedNonce(digest=codes.digest(nonce), expires_at=expires) for nonce in sorted(set(nonces))]
    try:
        with transaction.atomic():
            UsedNonce.objects.bulk_create(rows)
    except IntegrityError:
        raise Denied("invalid_nonce", "used already") from None


@transaction.atomic
def take_notice(grant: Grant, notification_id: str, event: str) -> None:
    """What the wallet tells: kept, or not. What was not kept does not hold. A second time changes nothing.

    Diary: `credential.accepted`, or `credential.not_accepted`. Raises Denied.
    """
    digest = codes.digest(notification_id)
    copies = list(Copy.objects.select_for_update().filter(credential=grant.credential_id, notice=digest).order_by("pk"))
    if not copies:
        raise Denied("invalid_notification_id")
    now, accepted = timezone.now(), event == "credential_accepted"
    fresh = [copy for copy in copies if not (copy.accepted_at or copy.revoked_at)]
    if not fresh:
        return
    if not accepted:
        strike(fresh)
    field = "accepted_at" if accepted else "revoked_at"
    Copy.objects.filter(pk__in=[copy.pk for copy in fresh]).update(**{field: now})
    name = "credential.accepted" if accepted else "credential.not_accepted"
    data = {"credential": grant.credential_id, "copies": len(fresh)}
    record(name, subject=grant.credential.about, actor=WALLET, data=data)
