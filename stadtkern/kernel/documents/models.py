"""Papers of the city and files handed in; the bytes lie apart, so lists never load them."""

import uuid

from django.db import models
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account, Company


class Document(models.Model):
    """A sealed letter or certificate issued by the city."""

    number = models.CharField(max_length=30, unique=True)
    about = models.CharField(max_length=60, db_index=True)  # "case:17"
    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+")
    company = models.ForeignKey(Company, models.SET_NULL, null=True, related_name="+")
    title = models.CharField(max_length=200)
    media_type = models.CharField(max_length=60, default="application/pdf")
    size = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    # What the QR code on the paper carries; says nothing about the person.
    verify_code = models.CharField(max_length=40, unique=True)
    issued_at = models.DateTimeField(default=timezone.now)
    valid_until = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_because = models.CharField(max_length=300, blank=True)
    keep_until = models.DateField(null=True, blank=True)
    shredded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-issued_at"], name="document_account")]

    def __str__(self) -> str:
        return f"document:{self.pk}"


class Content(models.Model):
    """The bytes of a document; gone after shredding."""

    document = models.OneToOneField(Document, models.CASCADE, primary_key=True, related_name="content")
    data = models.BinaryField()

    def __str__(self) -> str:
        return f"content:{self.pk}"


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
    file_name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.CHECKING)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"upload:{self.pk}"


class UploadContent(models.Model):
    upload = models.OneToOneField(Upload, models.CASCADE, primary_key=True, related_name="content")
    data = models.BinaryField()

    def __str__(self) -> str:
        return f"upload content:{self.pk}"
