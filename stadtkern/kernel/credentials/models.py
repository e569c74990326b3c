"""Proofs of the city for wallets, the list that says which still hold, and questions put to wallets."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Company, Staff
from stadtkern.kernel.documents.models import Document


class CredentialQuerySet(models.QuerySet["Credential"]):
    def visible_to(self, actor: Actor) -> "CredentialQuerySet":
        """Proofs are personal: only the person, and not while acting for a company."""
        if actor.account is None or actor.company is not None:
            return self.none()
        return self.filter(account=actor.account)


class Credential(models.Model):
    """What the city attests to one person; the wallets hold copies of it.

    The claims lie here, sealed, only until a wallet has fetched them or the time for that is over. What stays says that there
    was a proof, until when it holds and whether it was revoked.
    """

    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+")
    about = models.CharField(max_length=60, db_index=True)  # "case:17"
    kind = models.CharField(max_length=60)  # type in service.toml: "meldebescheinigung"
    vct = models.CharField(max_length=300)
    title = models.CharField(max_length=200)
    document = models.ForeignKey(Document, models.SET_NULL, null=True, blank=True, related_name="+")
    claims = models.BinaryField(default=bytes)  # sealed JSON; empty once fetched
    once = models.CharField(max_length=120, unique=True, null=True, blank=True)
    offered_at = models.DateTimeField(default=timezone.now)
    open_until = models.DateTimeField()  # until then a wallet may fetch it
    valid_until = models.DateTimeField(null=True, blank=True)  # None: no end
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[CredentialQuerySet] = CredentialQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(fields=["account", "-id"], name="credential_account"),
            models.Index(fields=["open_until"], name="credential_open", condition=~Q(claims=b"")),
        ]

    def __str__(self) -> str:
        return f"credential:{self.pk}"


class StatusList(models.Model):
    """One bit for every copy; the places are drawn by lot, so that the list tells nothing of order or number."""

    key = models.UUIDField(default=uuid.uuid4, unique=True)  # in the address
    bits = models.BinaryField()  # 1 = revoked
    taken = models.BinaryField()  # 1 = given away, for ever
    used = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)  # grows with every revocation
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"status list:{self.pk}"


class Copy(models.Model):
    """A credential in one wallet: its place in the list and the name of the holder's key."""

    credential = models.ForeignKey(Credential, models.CASCADE, related_name="copies")
    listed = models.ForeignKey(StatusList, models.PROTECT, related_name="+")
    place = models.PositiveIntegerField()
    kid = models.CharField(max_length=64)  # key of the city that signed it
    holder = models.CharField(max_length=64, db_index=True)  # thumbprint of the wallet's key
    notice = models.CharField(max_length=64, db_index=True)  # digest of the notification id
    issued_at = models.DateTimeField(default=timezone.now)
    valid_until = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)  # the wallet said so
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["listed", "place"], name="copy_place_once")]
        indexes = [models.Index(fields=["kid", "valid_until"], name="copy_kid")]

    def __str__(self) -> str:
        return f"copy:{self.pk}"


class Grant(models.Model):
    """One way into a wallet, open for minutes: the code in the QR, the PIN beside it, then the wallet's token.

    Of secrets only digests are kept; the code and the PIN are worked out from the key in the address of the page.
    """

    credential = models.ForeignKey(Credential, models.CASCADE, related_name="grants")
    key_digest = models.CharField(max_length=64, unique=True)
    code_digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)  # wrong PINs
    exchanged_at = models.DateTimeField(null=True, blank=True)  # the code is used up
    token_digest = models.CharField(max_length=64, unique=True, null=True, blank=True)
    token_until = models.DateTimeField(null=True, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)  # the credential is in the wallet

    def __str__(self) -> str:
        return f"grant:{self.pk}"


class UsedNonce(models.Model):
    """A nonce that has been answered; nonces themselves are signed by us and stored nowhere."""

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "nonce"


class QueryQuerySet(models.QuerySet["Query"]):
    def visible_to(self, actor: Actor) -> "QueryQuerySet":
        """Whoever asked: the member of staff, or the account for the same company."""
        if actor.staff is not None:
            return self.filter(staff=actor.staff)
        if actor.account is None or actor.company is None:
            return self.none()
        return self.filter(staff=None, account=actor.account, company=actor.company)


class Query(models.Model):
    """A question to a wallet (OpenID4VP), and for some minutes what it answered."""

    class State(models.TextChoices):
        OPEN = "OPEN"
        ANSWERED = "ANSWERED"
        REFUSED = "REFUSED"  # by the person
        FAILED = "FAILED"  # what came does not hold

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")  # who asks
    staff = models.ForeignKey(Staff, models.CASCADE, null=True, blank=True, related_name="+")
    company = models.ForeignKey(Company, models.CASCADE, null=True, blank=True, related_name="+")
    question = models.CharField(max_length=60)  # key in city.toml
    purpose = models.CharField(max_length=300)
    legal_basis = models.CharField(max_length=200)
    about = models.CharField(max_length=60, blank=True)  # reference of the case, typed by the clerk
    handle = models.UUIDField(default=uuid.uuid4, unique=True)  # in the addresses the wallet calls
    nonce = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    why = models.CharField(max_length=40, blank=True)  # of FAILED: the reason in one word
    answer = models.BinaryField(default=bytes)  # sealed; emptied after minutes
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[QueryQuerySet] = QueryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["account", "-id"], name="query_account")]

    def __str__(self) -> str:
        return f"query:{self.pk}"
