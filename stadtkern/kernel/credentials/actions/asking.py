"""Ask a wallet, take its answer, show it for some minutes, forget it."""

import json
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.credentials import trust, verifier
from stadtkern.kernel.credentials.models import Copy, Query
from stadtkern.kernel.credentials.questions import Question
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.privacy import keys as vault
from stadtkern.kernel.privacy.actions import note_access
from stadtkern.kernel.privacy.sealing.actions import shred
from stadtkern.lib.sdjwt import Reason, Refused, Verified, verify

SHOWN_MINUTES = 15  # so long an answer can be read
KEPT_DAYS = 90  # so long the line stays that there was a question


@transaction.atomic
def ask(actor: Actor, question: Question, about: str = "") -> Query:
    """Put a question; whoever shows the QR code to a wallet gets the answer. Diary: `query.asked`."""
    if actor.account is None or not question.may_ask(actor):
        raise PermissionError("This question is not for everybody to ask")
    now = timezone.now()
    row = Query.objects.create(
        account=actor.account,
        staff=actor.staff,
        company=None if actor.staff else actor.company,
        question=question.key,
        purpose=question.purpose,
        legal_basis=question.legal_basis,
        about=about.replace("\0", "").strip()[:60],
        nonce=secrets.token_urlsafe(24),
        expires_at=now + timedelta(seconds=verifier.SECONDS),
    )
    record("query.asked", subject=str(row), actor=actor.key, data={"question": question.key})
    return row


def answer(handle: uuid.UUID, question: Question, vp_token: Any) -> Query:
    """What a wallet sent. One answer counts, the first that holds or fails; Refused where it does not.

    Kept is only what was asked for, sealed. Diary: `query.answered`, or `query.failed`.
    """
    with transaction.atomic():
        row = _open(handle)
        try:
            seen = _checked(row, question, vp_token)
        except Refused as refused:
            problem: Refused | None = refused
            row.state, row.why = Query.State.FAILED, str(refused.reason)
        else:
            problem, row.state = None, Query.State.ANSWERED
            row.answer = vault.seal(str(row), json.dumps(_kept(seen, question)).encode(), place=str(row))
        row.answered_at = timezone.now()
        row.save(update_fields=["state", "why", "answer", "answered_at"])
        name = "query.failed" if problem else "query.answered"
        record(name, subject=str(row), actor="wallet", data={"reason": row.why} if problem else {})
    if problem:
        raise problem
    return row


@transaction.atomic
def give_up(handle: uuid.UUID) -> Query:
    """The person said no, or the wallet cannot. Diary: `query.refused`."""
    row = _open(handle)
    row.state, row.answered_at = Query.State.REFUSED, timezone.now()
    row.save(update_fields=["state", "answered_at"])
    record("query.refused", subject=str(row), actor="wallet")
    return row


def _open(handle: uuid.UUID) -> Query:
    row = Query.objects.select_for_update().filter(handle=handle).first()
    if row is None or row.state != Query.State.OPEN or row.expires_at < timezone.now():
        raise Refused(Reason.BINDING, "no open question")
    return row


def _checked(row: Query, question: Question, vp_token: Any) -> Verified:
    seen = verify(
        verifier.presentation_in(vp_token), keys_of=trust.keys_of, binding=verifier.wanted(row), vct=question.kinds_asked
    )
    trust.demand_valid(seen)
    missing = [name for name in question.claims if _at(seen.claims, name) is None]
    if missing:
        raise Refused(Reason.DISCLOSURE, f"not shown: {', '.join(missing)}"[:200])
    return seen


def _kept(seen: Verified, question: Question) -> dict[str, Any]:
    """Only what was asked for, whatever the wallet showed besides."""
    return {
        "issuer": seen.issuer,
        "vct": seen.vct,
        "exp": seen.claims.get("exp"),
        "claims": {name: _at(seen.claims, name) for name in question.claims},
        "account": _account_of(seen),
    }


def _at(claims: dict[str, Any], name: str) -> Any:
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _account_of(seen: Verified) -> int | None:
    """Whose proof it is, where it is one of ours: this person finds the question in the data cockpit."""
    if seen.issuer != trust.ours().url or seen.status is None:
        return None
    uri, index = seen.status
    found = Copy.objects.filter(listed__key__in=trust.list_keys(uri), place=index).values_list("credential__account", flat=True)
    return found.first()


@dataclass(frozen=True)
class Answer:
    """What a wallet showed, as long as it may be read."""

    issuer: str
    vct: str
    expires: float | None
    claims: dict[str, Any]


@transaction.atomic
def note_seen(actor: Actor, query: Query, question: Question) -> Answer | None:
    """The answer for whoever asked, None where it is gone. Noted for the person's data cockpit. Diary: `query.seen`."""
    row = Query.objects.select_for_update().get(pk=query.pk)
    if row.state != Query.State.ANSWERED or not row.answer:
        return None
    said = json.loads(vault.open_(bytes(row.answer), place=str(row)))
    account = Account.objects.filter(pk=said["account"]).first() if said["account"] else None
    note_access(
        actor=actor,
        person_key=None,
        account=account,
        purpose=question.title,
        legal_basis=row.legal_basis,
        source="wallet",
        fields=list(said["claims"]),
        about=str(row),
    )
    record("query.seen", subject=str(row), actor=actor.key)
    return Answer(said["issuer"], said["vct"], said["exp"], said["claims"])


@transaction.atomic
def forget_answers(now: datetime, batch: int = 200) -> int:
    """Answers past their minutes lose their key; questions past their days go; returns how many. Diary: `query.forgotten`."""
    read = Query.objects.select_for_update(skip_locked=True).filter(answered_at__lt=now - timedelta(minutes=SHOWN_MINUTES))
    rows = list(read.exclude(answer=b"")[:batch])
    for row in rows:
        shred(str(row), actor_key=SYSTEM)  # also in every backup
    Query.objects.filter(pk__in=[row.pk for row in rows]).update(answer=b"")
    old = list(Query.objects.filter(created_at__lt=now - timedelta(days=KEPT_DAYS)).values_list("pk", flat=True)[:batch])
    Query.objects.filter(pk__in=old).delete()
    if total := len(rows) + len(old):
        record("query.forgotten", subject="queries", actor=SYSTEM, data={"rows": total})
    return total


@transaction.atomic
def delete_queries(account_id: int) -> int:
    """Questions a person put for a company, when they leave; returns how many. Diary: `query.forgotten`."""
    rows = list(Query.objects.select_for_update().filter(account=account_id, staff=None).exclude(answer=b""))
    for row in rows:
        shred(str(row), actor_key=SYSTEM)
    count, _ = Query.objects.filter(account=account_id, staff=None).delete()
    if count:
        record("query.forgotten", subject="queries", actor=SYSTEM, data={"rows": count})
    return count
