"""Messages between a person and an office, and their content-free echoes."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import DESK_ROLES, Account, Company, Mandate
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.documents.models import Document, Upload
from stadtkern.kernel.registers.blocks import hidden


class MessageQuerySet(models.QuerySet["Message"]):
    def of_person(self, actor: Actor) -> "MessageQuerySet":
        """The post box of the signed-in person, or of whom they act for."""
        if actor.account is None:
            return self.none()
        if actor.mandate:
            return self.filter(mandate=actor.mandate.pk)
        return self.filter(Q(company=actor.company) if actor.company else Q(account=actor.account, company=None))

    def visible_to(self, actor: Actor) -> "MessageQuerySet":
        """Own post, and for clerks the post of their office; of hidden people (§ 51 BMG) only on the page of the case."""
        mine = self.of_person(actor)
        if actor.staff and actor.staff.role in DESK_ROLES:
            return mine | self.filter(~Q(hidden()), office=actor.staff.office_id)
        return mine

    def received_by(self, actor: Actor) -> "MessageQuerySet":
        """Letters this actor is the receiver of: the person theirs, a clerk those to the office."""
        to_person = self.of_person(actor).filter(direction=Message.Direction.TO_PERSON)
        if actor.staff and actor.staff.role in DESK_ROLES:
            return to_person | self.filter(~Q(hidden()), office=actor.staff.office_id, direction=Message.Direction.TO_OFFICE)
        return to_person

    def thread(self, about: str) -> "MessageQuerySet":
        """Everything written about one thing, in order."""
        return self.filter(about=about).order_by("created_at", "pk")

    def unread(self) -> "MessageQuerySet":
        """Letters to the person that were not opened yet."""
        return self.filter(direction=Message.Direction.TO_PERSON, read_at=None)


class Message(models.Model):
    """One letter in the post box of `account`, written by the office or by the person."""

    class Direction(models.TextChoices):
        TO_PERSON = "TO_PERSON"
        TO_OFFICE = "TO_OFFICE"

    # None: written about a report without a name, and fetched with its code.
    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="+")
    company = models.ForeignKey(Company, models.CASCADE, null=True, blank=True, related_name="+")
    mandate = models.ForeignKey(Mandate, models.SET_NULL, null=True, blank=True, related_name="+")
    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="+")
    direction = models.CharField(max_length=10, choices=Direction)
    about = models.CharField(max_length=60, blank=True)  # "case:17"
    link = models.CharField(max_length=200, blank=True)  # path of the page it belongs to: "/vorgang/…/"
    title = models.CharField(max_length=200)
    body = models.TextField()
    documents = models.ManyToManyField(Document, related_name="+")
    uploads = models.ManyToManyField(Upload, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)  # by the receiver
    # Set by a reaction so that a replay writes no second letter: "<event>:<reaction>".
    once = models.CharField(max_length=120, null=True, blank=True, unique=True)

    objects: ClassVar[MessageQuerySet] = MessageQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(fields=["account", "-id"], name="message_account"),
            models.Index(fields=["company", "-id"], name="message_company", condition=Q(company__isnull=False)),
            models.Index(fields=["about", "created_at"], name="message_about"),
            models.Index(fields=["account"], name="message_unread", condition=Q(read_at__isnull=True, direction="TO_PERSON")),
        ]

    def __str__(self) -> str:
        return f"message:{self.pk}"


class Echo(models.Model):
    """A hint outside the post box that there is post; never says what."""

    class State(models.TextChoices):
        WAITING = "WAITING"
        SENT = "SENT"
        REFUSED = "REFUSED"  # the address cannot get mail; trying again would not help

    message = models.OneToOneField(Message, models.CASCADE, related_name="echo")
    # Part of the e-mail's Message-ID: the same at every attempt, so a receiver recognises a repetition.
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    channel = models.CharField(max_length=10, default="email")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["id"], name="echo_unsent", condition=~Q(state="SENT"))]

    def __str__(self) -> str:
        return f"echo:{self.pk}"
