"""Exchange between cities: whom we trust by which key, what we give to others, what came and what we made of it."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.models import Staff

from .contribution import Contribution
from .process import Process


class TrustedCity(models.Model):
    """Another city by its key; believed once a person has compared the fingerprint."""

    city_id = models.CharField(max_length=8)  # amtlicher Gemeindeschlüssel
    title = models.CharField(max_length=120)
    key = models.CharField(max_length=60, unique=True)  # Ed25519, base64url
    fingerprint = models.CharField(max_length=40)
    feed = models.CharField(max_length=60, blank=True)  # key in city.toml; "" = by file alone
    seen_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["title", "id"]
        constraints = [  # a city has one key we believe; a new one is compared anew
            models.UniqueConstraint(
                fields=["city_id"], name="trustedcity_one_key", condition=Q(confirmed_at__isnull=False, revoked_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"trustedcity:{self.pk}"

    @property
    def believed(self) -> bool:
        return self.confirmed_at is not None and self.revoked_at is None


class Outgoing(models.Model):
    """A package of ours, as everybody may fetch it; a new version is a new row, nothing that went out is changed."""

    number = models.CharField(max_length=150)  # the same for all its versions: "05999000/idea/MS-7F3K-9QXM"
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    title = models.CharField(max_length=150)
    licence = models.CharField(max_length=30)
    sealed = models.BinaryField()  # the file, byte for byte
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(Staff, models.SET_NULL, null=True, related_name="+", db_index=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["number", "version"], name="outgoing_once")]

    def __str__(self) -> str:
        return f"outgoing:{self.pk}"


class Incoming(models.Model):
    """A package of a city we trust, and what we made of it."""

    class State(models.TextChoices):
        NEW = "NEW"
        ADOPTED = "ADOPTED"
        DECLINED = "DECLINED"

    city = models.ForeignKey(TrustedCity, models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=150)
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    title = models.CharField(max_length=150)
    package = models.JSONField()
    sealed = models.BinaryField()  # as it came: whoever doubts can check again
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State, default=State.NEW)
    came_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    process = models.ForeignKey(Process, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    contribution = models.ForeignKey(Contribution, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["city", "number", "version"], name="incoming_once")]

    def __str__(self) -> str:
        return f"incoming:{self.pk}"

    @property
    def origin(self) -> dict[str, object]:
        """Where it came from in the first place, for everybody to read."""
        return dict((self.package.get("chain") or [self.package])[0])
