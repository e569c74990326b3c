"""The register of residents (Melderegister): who lives where, who is whose parent."""

import uuid

from django.db import models


class Household(models.Model):
    """People at one address who live together."""

    number = models.CharField(max_length=40, unique=True, null=True, blank=True)  # where the residents register has one
    street = models.CharField(max_length=200)
    house_number = models.CharField(max_length=20)
    postcode = models.CharField(max_length=5)
    town = models.CharField(max_length=100)
    district = models.CharField(max_length=100, blank=True)

    class Meta:
        indexes = [models.Index(fields=["street", "house_number"], name="household_address")]

    def __str__(self) -> str:
        return f"household:{self.pk}"


class Resident(models.Model):
    """One person of the residents register; names in DIN 91379 characters."""

    class Sex(models.TextChoices):
        FEMALE = "w"
        MALE = "m"
        DIVERSE = "d"
        UNKNOWN = "x"

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    given_names = models.CharField(max_length=200)
    family_name = models.CharField(max_length=200)
    birth_name = models.CharField(max_length=200, blank=True)
    doctoral_degree = models.CharField(max_length=30, blank=True)
    birth_date = models.DateField()
    birth_place = models.CharField(max_length=100)
    sex = models.CharField(max_length=1, choices=Sex)
    nationality = models.CharField(max_length=60, default="deutsch")
    household = models.ForeignKey(Household, models.PROTECT, related_name="+")
    moved_in_date = models.DateField()
    # Auskunftssperre (§ 51 BMG): hidden from everyone but the person and the registration office.
    blocked = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["family_name", "birth_date"], name="resident_name")]

    def __str__(self) -> str:
        return f"resident:{self.pk}"


class Parentage(models.Model):
    """A fact the city imports: this resident is a parent of that one, with or without custody (Sorgerecht)."""

    child_key = models.UUIDField()
    parent_key = models.UUIDField()
    custody = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["child_key", "parent_key"], name="parentage_once"),
            models.CheckConstraint(condition=~models.Q(child_key=models.F("parent_key")), name="parentage_of_another"),
        ]
        indexes = [models.Index(fields=["parent_key"], name="parentage_parent")]

    def __str__(self) -> str:
        return f"parentage:{self.pk}"
