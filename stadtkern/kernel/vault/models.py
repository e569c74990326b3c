"""Own documents of a person, and single facts they share with a third party."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.documents.models import Document, Upload


class ItemQuerySet(models.QuerySet["Item"]):
    def visible_to(self, actor: Actor) -> "ItemQuerySet":
        """The person's alone, also when they act for a company; nobody of the staff."""
        return self.filter(account=actor.account) if actor.account else self.none()


class Item(models.Model):
    """A document the person put into the vault themselves; its bytes lie sealed in `documents`."""

    class Kind(models.TextChoices):
        CIVIL = "CIVIL", gettext_lazy("Urkunde vom Standesamt")
        IDENTITY = "IDENTITY", gettext_lazy("Ausweis oder Aufenthalt")
        SCHOOL = "SCHOOL", gettext_lazy("Schule, Ausbildung, Studium")
        WORK = "WORK", gettext_lazy("Arbeit und Einkommen")
        HOME = "HOME", gettext_lazy("Wohnen")
        HEALTH = "HEALTH", gettext_lazy("Gesundheit und Versicherung")
        OTHER = "OTHER", gettext_lazy("Anderes")

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    upload = models.OneToOneField(Upload, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.OTHER)
    title = models.CharField(max_length=100)
    valid_until = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[ItemQuerySet] = ItemQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"item:{self.pk}"


class ShareQuerySet(models.QuerySet["Share"]):
    def visible_to(self, actor: Actor) -> "ShareQuerySet":
        """The person's alone."""
        return self.filter(account=actor.account) if actor.account else self.none()

    def open(self, now: datetime) -> "ShareQuerySet":
        """Those that still show something."""
        limited = Q(most_uses=None) | Q(uses__lt=F("most_uses"))
        return self.filter(limited, revoked_at=None, expires_at__gt=now)


class Share(models.Model):
    """One fact for one receiver, for a limited time. The link and the code are known to the owner alone; here lie digests."""

    class Fact(models.TextChoices):
        RESIDENT = "RESIDENT", gettext_lazy("Dass ich hier wohne")
        ADULT = "ADULT", gettext_lazy("Dass ich mindestens 18 Jahre alt bin")
        SIXTEEN = "SIXTEEN", gettext_lazy("Dass ich mindestens 16 Jahre alt bin")
        ADDRESS = "ADDRESS", gettext_lazy("Meine Anschrift")
        DOCUMENT = "DOCUMENT", gettext_lazy("Ein Dokument der Stadt")
        ITEM = "ITEM", gettext_lazy("Eine eigene Unterlage")

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the link's secret
    code_digest = models.CharField(max_length=64)  # SHA-256 of secret and code together: the database alone tells neither
    fact = models.CharField(max_length=10, choices=Fact)
    with_name = models.BooleanField(default=True)
    document = models.ForeignKey(Document, models.CASCADE, null=True, related_name="+")
    item = models.ForeignKey(Item, models.CASCADE, null=True, related_name="+")
    recipient = models.CharField(max_length=100)
    purpose = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    most_uses = models.PositiveSmallIntegerField(null=True, blank=True)
    uses = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)  # wrong codes
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ShareQuerySet] = ShareQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="share_end")]

    def __str__(self) -> str:
        return f"share:{self.pk}"

    def is_open(self, now: datetime) -> bool:
        """Whether it still shows something."""
        return self.revoked_at is None and self.expires_at > now and (self.most_uses is None or self.uses < self.most_uses)


class Use(models.Model):
    """Somebody looked at a shared fact."""

    share = models.ForeignKey(Share, models.CASCADE, related_name="seen")
    at = models.DateTimeField(default=timezone.now)
    device = models.CharField(max_length=60, blank=True)  # "Firefox, Android": no version
    network = models.CharField(max_length=40, blank=True)  # half of the address, and that for seven days only

    def __str__(self) -> str:
        return f"use:{self.pk}"
