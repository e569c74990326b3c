"""Consent, and who looked at what."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account


class Consent(models.Model):
    """A person allows one question to one register for one purpose; revocable."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=100)  # service key
    evidence = models.CharField(max_length=100)  # "residents"
    fields = models.JSONField(default=list)
    legal_basis = models.CharField(max_length=200)
    about = models.CharField(max_length=60, blank=True)  # "case:17"
    given_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-id"], name="consent_account")]

    def __str__(self) -> str:
        return f"consent:{self.pk}"


class AccessQuerySet(models.QuerySet["Access"]):
    def about_person(self, actor: Actor, *, before: int | None = None, limit: int = 25) -> list["Access"]:
        """Looks at the data of the person behind this account, newest first, older than `before`.

        Two short walks along an index, one by account and one by register key; never a scan.
        """
        if actor.account is None:
            return []
        person = getattr(actor.account, "person", None)
        walks = [self.filter(account=actor.account)]
        if person and person.register_key:
            walks.append(self.filter(person_key=person.register_key))
        if before:
            walks = [walk.filter(pk__lt=before) for walk in walks]
        found = {access.pk: access for walk in walks for access in walk.order_by("-id")[:limit]}
        return [found[pk] for pk in sorted(found, reverse=True)[:limit]]


class Access(models.Model):
    """One look at personal data: who, why, on which ground, which fields. Names of fields, never values."""

    person_key = models.UUIDField(null=True)  # of the residents register
    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="+")  # the person looked at
    actor = models.CharField(max_length=60)
    office = models.CharField(max_length=60, blank=True)
    purpose = models.CharField(max_length=100)
    legal_basis = models.CharField(max_length=200)
    source = models.CharField(max_length=100)  # "residents", "cases"
    fields = models.JSONField(default=list)
    about = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    objects: ClassVar[AccessQuerySet] = AccessQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(fields=["account", "-id"], name="access_account"),
            models.Index(fields=["person_key", "-id"], name="access_person"),
        ]

    def __str__(self) -> str:
        return f"access:{self.pk}"
