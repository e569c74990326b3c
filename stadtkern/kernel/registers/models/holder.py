"""Whose entry it is: a resident's, or a company's; always exactly one of the two."""

import uuid
from typing import ClassVar, Self, TypeVar

from django.db import models

from stadtkern.kernel.accounts.models import Company

from .residents import Resident

Row = TypeVar("Row", bound="Held")


class HeldQuerySet(models.QuerySet[Row]):
    def of(self, person_key: uuid.UUID | None = None, company: Company | int | None = None) -> Self:
        """Entries of one person, or of one company; nobody's for neither."""
        if (person_key is None) == (company is None):
            return self.none()
        return self.filter(person_key=person_key) if person_key else self.filter(company=company)

    def without_hidden(self) -> Self:
        """Without entries of hidden people (§ 51 BMG): for every list and search that leads from a thing to its holder."""
        return self.exclude(person_key__in=Resident.objects.filter(blocked=True).values("key"))


class Held(models.Model):
    """`person_key` is the key of the residents register; people need not live here, so it is no foreign key."""

    person_key = models.UUIDField(null=True, blank=True, db_index=True)
    company = models.ForeignKey(Company, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(person_key=None) ^ models.Q(company=None), name="%(class)s_one_holder")
        ]
