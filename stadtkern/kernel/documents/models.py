"""Papers of the city and files handed in; the bytes lie apart, so lists never load them."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Company, Mandate
from stadtkern.kernel.privacy import keys


def owner_of(account_id: int | None, company_id: int | None, about: str) -> str:
    """Whose key seals a paper or file: the company's, the person's, or that of the matter nobody signed in for."""
    if company_id:
        return f"company:{company_id}"
    return f"account:{account_id}" if account_id else about


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, actor: Actor) -> "DocumentQuerySet":
        """Papers of the signed-in person, or of whom they act for. Staff come through the case, never by number."""
        if actor.account is None:
            return self.none()
        if actor.mandate:
            return self.filter(mandate=actor.mandate.pk, shredded_at=None)
        mine = Q(company=actor.company) if actor.company else Q(account=actor.account, company=None)
        return self.filter(mine, shredded_at=None)


class Document(models.Model):
    """A sealed letter or certificate issued by the city."""

    number = models.CharField(max_length=30, unique=True)
    about = models.CharField(max_length=60, db_index=True)  # "case:17"
    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+")
    company = models.ForeignKey(Company, models.SET_NULL, null=True, related_name="+")
    mandate = models.ForeignKey(Mandate, models.SET_NULL, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=200)  # for the owner; may name a person
    kind = models.CharField(max_length=200)  # for everybody: "Meldebescheinigung"
    office = models.CharField(max_length=200, blank=True)  # who issued it, as it was called then
    media_type = models.CharField(max_length=60, default="application/pdf")
    size = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)  # emptied by shredding
    # What the QR code on the paper carries; says nothing about the person.
    verify_code = models.CharField(max_length=40, unique=True)
    # Key of the act that asked for this paper: a replay finds it and issues nothing new.
    once = models.CharField(max_length=120, unique=True, null=True, blank=True)
    issued_at = models.DateTimeField(default=timezone.now)
    valid_until = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_because = models.CharField(max_length=300, blank=True)  # for the file; never shown to the public
    keep_until = models.DateField(null=True, blank=True)
    shredded_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[DocumentQuerySet] = DocumentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(fields=["account", "-issued_at"], name="document_account"),
            models.Index(fields=["company", "-issued_at"], name="document_company", condition=Q(company__isnull=False)),
            models.Index(fields=["keep_until"], name="document_keep", condition=Q(shredded_at=None, keep_until__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"document:{self.pk}"

    @property
    def ending(self) -> str:
        """ "pdf", "zip": how the file is called."""
        return self.media_type.rpartition("/")[2]


class Content(models.Model):
    """The bytes of a document, sealed with the key of its owner; gone after shredding."""

    document = models.OneToOneField(Document, models.CASCADE, primary_key=True, related_name="content")
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return f"content:{self.pk}"

    @property
    def data(self) -> bytes:
        """The PDF. Raises keys.KeyShredded."""
        return keys.open_(bytes(self.sealed), place=str(self))


class UploadQuerySet(models.QuerySet["Upload"]):
    def visible_to(self, actor: Actor) -> "UploadQuerySet":
        """Files this person handed in. Staff, and drafts without an account, come through the case."""
        if actor.account is None:
            return self.none()
        return self.filter(mandate=actor.mandate.pk) if actor.mandate else self.filter(account=actor.account)

    def usable(self) -> "UploadQuerySet":
        """Only these may be sent on, shown or opened."""
        return self.filter(state=Upload.State.CLEAN)


class Upload(models.Model):
    """A file somebody handed in; usable only once it is CLEAN."""

    class State(models.TextChoices):
        CHECKING = "CHECKING"
        CLEAN = "CLEAN"
        REFUSED = "REFUSED"

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    about = models.CharField(max_length=60, db_index=True)  # "case:17"
    path = models.CharField(max_length=500, blank=True)  # field of the form
    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+")
    mandate = models.ForeignKey(Mandate, models.SET_NULL, null=True, blank=True, related_name="+")
    file_name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.CHECKING)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UploadQuerySet] = UploadQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="upload_checking", condition=Q(state="CHECKING"))]

    def __str__(self) -> str:
        return f"upload:{self.pk}"


class UploadContent(models.Model):
    """The bytes of an upload, sealed with the key of whoever handed it in; a refused file has none."""

    upload = models.OneToOneField(Upload, models.CASCADE, primary_key=True, related_name="content")
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return f"upload content:{self.pk}"

    @property
    def data(self) -> bytes:
        """The file. Raises keys.KeyShredded."""
        return keys.open_(bytes(self.sealed), place=str(self))
