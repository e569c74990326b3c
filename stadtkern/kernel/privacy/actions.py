"""Write down consent, and every look at personal data."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.events.actions import record

from .models import Access, Consent
from .purposes import ACCESS_YEARS, CONSENT_YEARS


@transaction.atomic
def give_consent(
    actor: Actor,
    *,
    account: Account,
    purpose: str,
    evidence: str,
    fields: Sequence[str],
    legal_basis: str,
    about: str,
) -> Consent:
    """The person behind `account` allows one register to be asked for one purpose; only they themselves can."""
    if actor.account is None or actor.account.pk != account.pk:
        raise PermissionError("Consent is given by the person themselves")
    consent = Consent.objects.create(
        account=account, purpose=purpose, evidence=evidence, fields=list(fields), legal_basis=legal_basis, about=about
    )
    record("consent.given", subject=about or f"account:{account.pk}", actor=actor.key, data={"consent": consent.pk})
    return consent


@transaction.atomic
def revoke_consent(actor: Actor, consent: Consent) -> Consent:
    """From now on the consent allows nothing; what was fetched before stays lawful. A second time changes nothing."""
    if actor.account is None or actor.account.pk != consent.account_id:
        raise PermissionError("Consent is revoked by the person themselves")
    if Consent.objects.filter(pk=consent.pk, revoked_at=None).update(revoked_at=timezone.now()):
        subject = consent.about or f"account:{consent.account_id}"
        record("consent.revoked", subject=subject, actor=actor.key, data={"consent": consent.pk})
    consent.refresh_from_db(fields=["revoked_at"])
    return consent


def note_access(
    *,
    actor: Actor,
    person_key: uuid.UUID | None,
    account: Account | None,
    purpose: str,
    legal_basis: str,
    source: str,
    fields: Sequence[str],
    about: str,
) -> Access:
    """One line for the data cockpit: names of fields, never values. The calling action writes the diary line."""
    return Access.objects.create(
        person_key=person_key,
        account=account,
        actor=actor.key,
        office=actor.staff.office.key if actor.staff else "",
        purpose=purpose,
        legal_basis=legal_basis,
        source=source,
        fields=list(fields),
        about=about,
    )


@transaction.atomic
def forget_old(batch: int = 5000) -> int:
    """What is past its time goes (purposes.py), in batches; returns how many rows."""
    now = timezone.now()
    old = Access.objects.filter(at__lt=now - timedelta(days=365 * ACCESS_YEARS)).order_by("at").values_list("pk", flat=True)
    gone, _ = Access.objects.filter(pk__in=list(old[:batch])).delete()
    over = Consent.objects.filter(revoked_at__lt=now - timedelta(days=365 * CONSENT_YEARS)).order_by("pk")[:batch]
    also_gone, _ = Consent.objects.filter(pk__in=[consent.pk for consent in over]).delete()
    if gone + also_gone:
        record("privacy.forgotten", subject="privacy", actor="system", data={"accesses": gone, "consents": also_gone})
    return gone + also_gone
