"""Proofs fetched with consent: shown to the person first, used or dropped, kept only as long as the catalogue says."""

import uuid
from collections.abc import Collection
from typing import ClassVar

from django.db import models
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.privacy.models import Consent


class ProofQuerySet(models.QuerySet["Proof"]):
    def waiting(self, account: Account | None, about: str) -> "ProofQuerySet":
        """What the person has not looked at yet, oldest first."""
        if account is None:
            return self.none()
        return self.filter(account=account, about=about, state=Proof.State.FETCHED).order_by("pk")

    def usable_again(self, consent: Consent, evidence: str, person_key: uuid.UUID, fields: Collection[str]) -> "Proof | None":
        """The newest for the same purpose that has all these fields, is not too old, and whose own consent still lives."""
        living = self.filter(
            account=consent.account_id,
            person_key=person_key,
            evidence=evidence,
            purpose=consent.purpose,
            consent__revoked_at=None,
            state=Proof.State.USED,
            until__gt=timezone.now(),
            fields__contains=sorted(fields),
        )
        return living.exclude(content=b"").order_by("-pk").first()


class Proof(models.Model):
    """One answer of a register to one person, for one purpose; `content` is sealed, and empty once it is dropped."""

    class State(models.TextChoices):
        FETCHED = "FETCHED"  # the person has not said yes yet
        USED = "USED"
        DROPPED = "DROPPED"

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    person_key = models.UUIDField()
    evidence = models.CharField(max_length=100)
    purpose = models.CharField(max_length=100)
    consent = models.ForeignKey(Consent, models.SET_NULL, null=True, related_name="+")
    about = models.CharField(max_length=60, blank=True)  # "case:17"
    fields = models.JSONField(default=list)
    content = models.BinaryField(default=b"")
    maturity = models.CharField(max_length=1)
    provider = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.FETCHED)
    fetched_at = models.DateTimeField()
    until = models.DateTimeField()

    objects: ClassVar[ProofQuerySet] = ProofQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(fields=["account", "about"], name="proof_account"),
            models.Index(fields=["until"], name="proof_until"),
        ]

    def __str__(self) -> str:
        return f"proof:{self.pk}"
