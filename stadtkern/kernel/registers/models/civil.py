"""Births, marriages and deaths, as the registry office (Standesamt) records them."""

import uuid
from typing import ClassVar

from django.db import models


class CivilRecordQuerySet(models.QuerySet["CivilRecord"]):
    def of(self, person_key: uuid.UUID) -> "CivilRecordQuerySet":
        """Records that are about this person (not those that only name them, as a parent)."""
        own = [CivilPerson.Role.CHILD, CivilPerson.Role.SPOUSE, CivilPerson.Role.DECEASED]
        return self.filter(pk__in=CivilPerson.objects.filter(person_key=person_key, role__in=own).values("record"))


class CivilRecord(models.Model):
    """One entry of a civil register; a certificate (Personenstandsurkunde) is made from it."""

    class Kind(models.TextChoices):
        BIRTH = "BIRTH", "Geburt"
        MARRIAGE = "MARRIAGE", "Ehe"
        DEATH = "DEATH", "Tod"

    kind = models.CharField(max_length=10, choices=Kind)
    office = models.CharField(max_length=120)  # "Standesamt Musterstadt"
    register_number = models.CharField(max_length=30)  # "G 123/1991"
    event_date = models.DateField()
    event_place = models.CharField(max_length=120)
    entered_date = models.DateField()
    content = models.JSONField(default=dict, blank=True)  # what else the entry says: names of fields and text

    objects: ClassVar[CivilRecordQuerySet] = CivilRecordQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "office", "register_number"], name="civil_record_once")]

    def __str__(self) -> str:
        return f"civil_record:{self.pk}"


class CivilPerson(models.Model):
    """Somebody in a record, with the names they bore that day."""

    class Role(models.TextChoices):
        CHILD = "CHILD", "Kind"
        PARENT = "PARENT", "Elternteil"
        SPOUSE = "SPOUSE", "Ehegatte"
        DECEASED = "DECEASED", "verstorbene Person"

    record = models.ForeignKey(CivilRecord, models.CASCADE, related_name="people")
    role = models.CharField(max_length=10, choices=Role)
    person_key = models.UUIDField(null=True, blank=True, db_index=True)  # of the residents register, where they live here
    given_names = models.CharField(max_length=200)
    family_name = models.CharField(max_length=200)
    birth_name = models.CharField(max_length=200, blank=True)
    birth_date = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"civil_person:{self.pk}"
