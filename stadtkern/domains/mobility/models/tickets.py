"""Tickets: what was bought, what it allows, where it is shown, who may ride for less."""

from datetime import datetime
from typing import ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account

from ..tickets.products import title_of

Mine = TypeVar("Mine", bound=models.Model)


class OwnQuerySet(models.QuerySet[Mine]):
    def visible_to(self, actor: Actor) -> Self:
        """Tickets are personal: nobody sees them while acting for a company or for somebody else."""
        if actor.account is None or actor.company or actor.mandate:
            return self.none()
        return self.filter(account=actor.account)


class Subscription(models.Model):
    """An Abo: a ticket every month until it is ended."""

    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+")
    product = models.CharField(max_length=30)
    title = models.CharField(max_length=120)
    zones = models.JSONField(default=list)  # ["A", "B"]
    reduction = models.CharField(max_length=30, blank=True)
    first_month = models.DateField()  # its first day
    last_month = models.DateField(null=True, blank=True)  # ended: the last month that is ordered
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[OwnQuerySet["Subscription"]] = OwnQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=Q(last_month=None, account__isnull=False), name="abo_one")
        ]

    def __str__(self) -> str:
        return f"subscription:{self.pk}"

    @property
    def said_title(self) -> str:
        return title_of(self.product, self.title)


class Order(models.Model):
    """A purchase: what it costs and why, and whether it is paid. Tickets come only with the money, once."""

    class Status(models.TextChoices):
        OPEN = "OPEN"
        PAID = "PAID"
        ENDED = "ENDED"  # not paid in time, or given up
        REFUNDED = "REFUNDED"

    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+")
    once = models.CharField(max_length=64, unique=True)  # two clicks are one purchase; "abo:7:2026-12"
    product = models.CharField(max_length=30)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=10)  # ride, day, month
    count = models.PositiveSmallIntegerField(default=1)
    zones = models.JSONField(default=list)
    reduction = models.CharField(max_length=30, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)  # None: when it is used first
    day = models.DateField(null=True, blank=True)  # the service day it counts for, None: for no best price
    full_cents = models.PositiveIntegerField()
    due_cents = models.PositiveIntegerField()  # after the best price
    credit_cents = models.PositiveIntegerField(default=0)  # of that, taken from the credit
    because = models.CharField(max_length=300, blank=True)  # why it costs less, in a sentence
    subscription = models.ForeignKey(Subscription, models.PROTECT, null=True, blank=True, related_name="orders")
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    created_at = models.DateTimeField(default=timezone.now)
    paid_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[OwnQuerySet["Order"]] = OwnQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(due_cents__lte=models.F("full_cents")) & Q(credit_cents__lte=models.F("due_cents")),
                name="fare_order_never_dearer",
            )
        ]
        indexes = [
            models.Index(fields=["account", "day"], name="fare_order_day"),
            models.Index(fields=["created_at"], name="fare_order_open", condition=Q(status="OPEN")),
        ]

    def __str__(self) -> str:
        return f"fare:{self.pk}"

    @property
    def said_title(self) -> str:
        return title_of(self.product, self.title)

    @property
    def payable_cents(self) -> int:
        return self.due_cents - self.credit_cents


class Ticket(models.Model):
    """One entitlement: one ride, one day, one month, of whoever holds it now."""

    class Status(models.TextChoices):
        VALID = "VALID"
        REFUNDED = "REFUNDED"
        REVOKED = "REVOKED"

    number = models.CharField(max_length=12, unique=True)  # in the barcode; drawn by lot
    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+")
    order = models.ForeignKey(Order, models.PROTECT, related_name="tickets")
    title = models.CharField(max_length=120)
    zones = models.JSONField(default=list)
    reduction = models.CharField(max_length=30, blank=True)
    minutes = models.PositiveIntegerField(default=0)  # of a ride that has not begun
    since = models.DateTimeField(null=True, blank=True)  # None: not begun
    until = models.DateTimeField(null=True, blank=True)
    use_by = models.DateTimeField(null=True, blank=True)  # a ride must have begun by then
    personal = models.BooleanField(default=False)  # nobody else may use it
    status = models.CharField(max_length=8, choices=Status, default=Status.VALID)
    because = models.CharField(max_length=300, blank=True)  # revoked: why
    issued_at = models.DateTimeField(default=timezone.now)
    shown_at = models.DateTimeField(null=True, blank=True)  # first put on a phone or on paper

    objects: ClassVar[OwnQuerySet["Ticket"]] = OwnQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(fields=["account", "-id"], name="ticket_account"),
            models.Index(fields=["until"], name="ticket_until"),
        ]

    def __str__(self) -> str:
        return f"ticket:{self.pk}"

    @property
    def said_title(self) -> str:
        return title_of(self.order.product, self.title)

    @property
    def about(self) -> str:
        return str(self.order)

    @property
    def company_id(self) -> None:
        """Tickets belong to people."""
        return

    def over(self, now: datetime) -> bool:
        """Nobody can ride with it any more."""
        end = self.until or self.use_by
        return self.status != self.Status.VALID or (end is not None and end <= now)


class TicketCopy(models.Model):
    """A ticket in one place: on a phone (whose key is in the barcode), shown by our server, or on paper."""

    class Kind(models.TextChoices):
        PHONE = "PHONE"
        SERVER = "SERVER"
        PAPER = "PAPER"

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="copies")
    serial = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=6, choices=Kind)
    public_key = models.BinaryField(default=bytes)
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)  # on the revocation list from now on
    lost = models.BooleanField(default=False)  # whoever has this phone gets nothing any more

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "serial"], name="ticket_copy_serial"),
            models.UniqueConstraint(fields=["ticket", "kind"], condition=Q(ended_at=None), name="ticket_copy_kind"),
        ]

    def __str__(self) -> str:
        return f"ticket copy:{self.pk}"

    @property
    def reference(self) -> str:
        return f"{self.ticket.number}-{self.serial}"


class FareRight(models.Model):
    """Somebody declares that they may ride for less; a proof in the wallet or a clerk says yes."""

    class Status(models.TextChoices):
        DECLARED = "DECLARED"
        GRANTED = "GRANTED"
        REFUSED = "REFUSED"

    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+")
    reduction = models.CharField(max_length=30)
    status = models.CharField(max_length=8, choices=Status, default=Status.DECLARED)
    by = models.CharField(max_length=60, blank=True)  # actor as in the diary, or "proof"
    until = models.DateField(null=True, blank=True)
    declared_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[OwnQuerySet["FareRight"]] = OwnQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "reduction"], condition=Q(account__isnull=False), name="fare_right_once")
        ]

    def __str__(self) -> str:
        return f"fare right:{self.pk}"

    @property
    def about(self) -> str:
        return str(self)

    @property
    def company_id(self) -> None:
        return


class FareCredit(models.Model):
    """Paid more than the best price: what the next purchase costs less."""

    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+")
    once = models.CharField(max_length=80, unique=True)  # "day:7:2026-11-30::", "refund:17"
    cents = models.PositiveIntegerField()
    because = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[OwnQuerySet["FareCredit"]] = OwnQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"fare credit:{self.pk}"


class TicketTransfer(models.Model):
    """A ticket is offered to whoever has the code; it is theirs when they accept."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="transfers")
    digest = models.CharField(max_length=64, unique=True)
    offered_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket"], condition=Q(ended_at=None), name="ticket_transfer_open")]

    def __str__(self) -> str:
        return f"ticket transfer:{self.pk}"
