"""Points for taking part (Bonuspunkte): only for who asked for them, in a ledger that is only added to, spent as vouchers."""

from django.db import models
from django.db.models import Q, Sum
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account, Staff
from stadtkern.kernel.city.models import Office


class PointsAccount(models.Model):
    """Somebody has said yes to collecting points. Saying no deletes it with everything in it."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    closing = models.BooleanField(default=False)  # set in the transaction that deletes it; only then lines may go

    def __str__(self) -> str:
        return f"pointsaccount:{self.pk}"

    @property
    def balance(self) -> int:
        """Derived from the lines, stored nowhere."""
        return int(self.lines.aggregate(sum=Sum("points"))["sum"] or 0)


class PointsLine(models.Model):
    """One line of the ledger: how many, and why. Neither changed nor deleted alone (a trigger of the database)."""

    class Source(models.TextChoices):
        """What points can be for, and nothing else can. No vote, no opinion, no support, no signature is among them."""

        REPORT_DONE = "REPORT_DONE"  # a report of theirs led to a repair
        IDEA_TAKEN_UP = "IDEA_TAKEN_UP"  # an idea of theirs became something
        ATTENDED = "ATTENDED"  # came to a meeting
        REDEEMED = "REDEEMED"
        RETURNED = "RETURNED"  # a voucher given back
        EXPIRED = "EXPIRED"  # a voucher nobody used in time: its points come back

    ledger = models.ForeignKey(PointsAccount, models.CASCADE, related_name="lines")
    source = models.CharField(max_length=14, choices=Source)
    about = models.CharField(max_length=60)  # subject of the diary: contribution:17, occasion:3, voucher:9
    points = models.IntegerField()
    cut = models.BooleanField(default=False)  # it was more; the bound of the day or the month was reached
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["ledger", "source", "about"], name="pointsline_once"),
            models.CheckConstraint(
                condition=Q(source="REDEEMED", points__lt=0)
                | Q(source__in=["REPORT_DONE", "IDEA_TAKEN_UP", "ATTENDED", "RETURNED", "EXPIRED"], points__gt=0),
                name="pointsline_known_source",
            ),
        ]

    def __str__(self) -> str:
        return f"pointsline:{self.pk}"


class Voucher(models.Model):
    """Points turned into something at a desk of the city: one code, used once."""

    class State(models.TextChoices):
        OPEN = "OPEN"
        USED = "USED"
        RETURNED = "RETURNED"
        EXPIRED = "EXPIRED"

    ledger = models.ForeignKey(PointsAccount, models.CASCADE, related_name="vouchers")
    offer = models.CharField(max_length=60)  # key in incentives.toml
    title = models.CharField(max_length=150)  # as it was promised
    points = models.PositiveIntegerField()
    code = models.CharField(max_length=12, unique=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    made_at = models.DateTimeField(default=timezone.now)
    until_date = models.DateField()
    settled_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["until_date"], name="voucher_open_until", condition=Q(state="OPEN"))]

    def __str__(self) -> str:
        return f"voucher:{self.pk}"


class Occasion(models.Model):
    """A meeting people can come to; whoever is there types its code, once."""

    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    code = models.CharField(max_length=12, unique=True)
    on_date = models.DateField()  # the code holds on this day and the day after
    most = models.PositiveIntegerField(default=100)  # people
    made_by = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-on_date", "-id"]

    def __str__(self) -> str:
        return f"occasion:{self.pk}"
