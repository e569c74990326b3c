"""A plan that lies open: its documents in numbered passages, statements about them, and how they were weighed."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from stadtkern.kernel.accounts.models import Staff

from .contribution import Contribution
from .process import Process


class Plan(models.Model):
    """What a consultation is about, and what the council decided in the end."""

    process = models.OneToOneField(Process, models.CASCADE, primary_key=True, related_name="+")
    area = models.JSONField(null=True, blank=True)  # GeoJSON: where the plan holds
    numbers = models.PositiveIntegerField(default=0)  # of statements given out so far
    session_date = models.DateField(null=True, blank=True)
    resolution = models.CharField(max_length=120, blank=True)  # "Vorlage 2026/118, Beschluss vom …"
    resolution_url = models.URLField(max_length=500, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+")
    paper = models.BinaryField(null=True, blank=True)  # the public table, sealed

    def __str__(self) -> str:
        return f"process:{self.pk}"


class PlanDocument(models.Model):
    """One part of the plan: the drawing, the text of the by-law, the environmental report."""

    process = models.ForeignKey(Process, models.CASCADE, related_name="+")
    title = models.CharField(max_length=150)
    position = models.PositiveSmallIntegerField(default=0)
    file_name = models.CharField(max_length=120, blank=True)
    media_type = models.CharField(max_length=40, blank=True)
    data = models.BinaryField(null=True, blank=True)
    size = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)  # says which version lay open
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"plandocument:{self.pk}"


class Passage(models.Model):
    """A numbered piece of text a statement can refer to."""

    document = models.ForeignKey(PlanDocument, models.CASCADE, related_name="passages")
    number = models.CharField(max_length=20)
    title = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["document", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="passage_number_once")]

    def __str__(self) -> str:
        return f"passage:{self.pk}"


class Authority(models.Model):
    """A public body that is asked for its statement (Träger öffentlicher Belange)."""

    process = models.ForeignKey(Process, models.CASCADE, related_name="+")
    name = models.CharField(max_length=150)
    due_date = models.DateField(null=True, blank=True)
    asked_date = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["process", "name"], name="authority_once")]

    def __str__(self) -> str:
        return f"authority:{self.pk}"


class Statement(models.Model):
    """What a contribution to a consultation is besides its text: who speaks, by which way it came, what it refers to."""

    class Sender(models.TextChoices):
        PERSON = "PERSON", gettext_lazy("Bürgerin oder Bürger")
        ORGANISATION = "ORGANISATION", gettext_lazy("Verein, Verband oder Unternehmen")
        AUTHORITY = "AUTHORITY", gettext_lazy("Behörde oder Träger öffentlicher Belange")

    class Channel(models.TextChoices):
        ONLINE = "ONLINE", gettext_lazy("online")
        LETTER = "LETTER", gettext_lazy("Brief")
        EMAIL = "EMAIL", gettext_lazy("E-Mail")
        COUNTER = "COUNTER", gettext_lazy("zur Niederschrift")

    contribution = models.OneToOneField(Contribution, models.CASCADE, primary_key=True, related_name="statement")
    process = models.ForeignKey(Process, models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField()  # public, says nothing about the person
    sender = models.CharField(max_length=12, choices=Sender, default=Sender.PERSON)
    organisation = models.CharField(max_length=150, blank=True)
    authority = models.ForeignKey(Authority, models.SET_NULL, null=True, blank=True, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.ONLINE)
    received_date = models.DateField()
    late = models.BooleanField(default=False)  # after the time for statements was over
    confidential = models.BooleanField(default=False)
    sender_name = models.CharField(max_length=120, blank=True)  # on paper: whom the answer goes to
    sender_address = models.CharField(max_length=300, blank=True)
    entered_by = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+")
    passages = models.ManyToManyField(Passage, related_name="+", blank=True)
    told_at = models.DateTimeField(null=True, blank=True)  # the outcome was delivered

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["process", "number"], name="statement_number_once"),
            models.CheckConstraint(
                condition=Q(channel="ONLINE", sender_name="", sender_address="") | ~Q(channel="ONLINE"),
                name="statement_paper_sender",
            ),
        ]

    def __str__(self) -> str:
        return f"contribution:{self.pk}"


class Weighing(models.Model):
    """A row of the table: a concern in neutral words, the city's answer, and which statements it answers."""

    class Outcome(models.TextChoices):
        ADOPTED = "ADOPTED", gettext_lazy("berücksichtigt")
        PARTLY = "PARTLY", gettext_lazy("teilweise berücksichtigt")
        NOT = "NOT", gettext_lazy("nicht berücksichtigt")
        NOTED = "NOTED", gettext_lazy("zur Kenntnis genommen")

    class State(models.TextChoices):
        DRAFT = "DRAFT", gettext_lazy("Entwurf")
        PROPOSED = "PROPOSED", gettext_lazy("wartet auf die zweite Person")
        APPROVED = "APPROVED", gettext_lazy("freigegeben")

    process = models.ForeignKey(Process, models.PROTECT, related_name="+")
    topic = models.CharField(max_length=120)
    concern = models.TextField(blank=True)  # without names: everybody reads it
    reason = models.TextField(blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    drafted_by = models.ForeignKey(Staff, models.SET_NULL, null=True, related_name="+")  # who changed it last
    approved_by = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)
    statements = models.ManyToManyField(Statement, through="Weighed", related_name="weighings")

    class Meta:
        ordering = ["topic", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(drafted_by=None) | ~Q(approved_by=F("drafted_by")), name="weighing_two_people"
            ),
            models.CheckConstraint(condition=Q(state="DRAFT") | ~Q(outcome=""), name="weighing_has_outcome"),
        ]

    def __str__(self) -> str:
        return f"weighing:{self.pk}"


class Weighed(models.Model):
    """This statement is answered by this row."""

    weighing = models.ForeignKey(Weighing, models.CASCADE, related_name="+", db_index=False)
    statement = models.ForeignKey(Statement, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["weighing", "statement"], name="weighed_once")]

    def __str__(self) -> str:
        return f"weighed:{self.pk}"
