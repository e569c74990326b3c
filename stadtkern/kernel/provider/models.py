"""Which person lets which app see what, and what was handed out under it. Apps themselves are rows of allauth's Client."""

from allauth.idp.oidc.models import Client
from django.db import models
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account, Trust
from stadtkern.kernel.privacy.models import Consent


class Connection(models.Model):
    """One person signs in to one app. `sub` is drawn by lot per app, so that apps cannot compare notes."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, models.CASCADE, related_name="+")
    sub = models.CharField(max_length=43, unique=True)
    asked = models.JSONField(default=list)  # attributes the person was asked about
    granted = models.JSONField(default=list)  # those they allowed
    consent = models.ForeignKey(Consent, models.SET_NULL, null=True, related_name="+")
    connected_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "client"], name="connection_once")]

    def __str__(self) -> str:
        return f"connection:{self.pk}"

    @property
    def live(self) -> bool:
        """Signing in still works: not ended, and the consent was not withdrawn elsewhere (data cockpit)."""
        return self.ended_at is None and self.consent is not None and self.consent.revoked_at is None


class Grant(models.Model):
    """One sign-in: the code, and all tokens that came of it. Ending it ends them all."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="grants")
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the code (or the device's code)
    trust = models.PositiveSmallIntegerField(choices=Trust, default=Trust.BASIC)
    signed_in_at = models.DateTimeField(null=True, blank=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    redeemed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"grant:{self.pk}"


class SpentKey(models.Model):
    """A refresh token that was exchanged already: whoever shows it again has stolen it, or was robbed."""

    grant = models.ForeignKey(Grant, models.CASCADE, related_name="spent")
    digest = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return f"spent:{self.pk}"
