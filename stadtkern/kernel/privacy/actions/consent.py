"""Consent: given by the person, for one purpose, and taken back by them."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Mandate
from stadtkern.kernel.events.actions import record

from ..models import Consent


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
    """The person behind `account` allows one register to be asked for one purpose; only they, or their parent or guardian."""
    if not _speaks_for(actor, account.pk):
        raise PermissionError("Consent is given by the person themselves")
    consent = Consent.objects.create(
        account=account, purpose=purpose, evidence=evidence, fields=list(fields), legal_basis=legal_basis, about=about
    )
    record("consent.given", subject=about or f"account:{account.pk}", actor=actor.key, data={"consent": consent.pk})
    return consent


@transaction.atomic
def revoke_consent(actor: Actor, consent: Consent) -> Consent:
    """From now on the consent allows nothing; what was fetched before stays lawful. A second time changes nothing."""
    if not _speaks_for(actor, consent.account_id):
        raise PermissionError("Consent is revoked by the person themselves")
    if Consent.objects.filter(pk=consent.pk, revoked_at=None).update(revoked_at=timezone.now()):
        subject = consent.about or f"account:{consent.account_id}"
        record("consent.revoked", subject=subject, actor=actor.key, data={"consent": consent.pk})
    consent.refresh_from_db(fields=["revoked_at"])
    return consent


def _speaks_for(actor: Actor, account_id: int) -> bool:
    """Oneself; for a child or ward the one who acts under a live mandate."""
    if actor.account is None:
        return False
    if actor.mandate is None:
        return actor.account.pk == account_id
    return actor.mandate.kind in (Mandate.Kind.CHILD, Mandate.Kind.WARD) and actor.mandate.principal_id == account_id
