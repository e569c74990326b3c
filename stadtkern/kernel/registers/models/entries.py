"""What people and companies keep in this town: vehicles, dogs, trades."""

from typing import ClassVar

from django.db import models

from .holder import Held, HeldQuerySet


class Vehicle(Held):
    """A registered vehicle and its keeper (Halter); the plate is written as `lib.plates.normal` writes it."""

    class Fuel(models.TextChoices):
        PETROL = "petrol", "Benzin"
        DIESEL = "diesel", "Diesel"
        ELECTRIC = "electric", "Elektro"
        HYBRID = "hybrid", "Hybrid"
        GAS = "gas", "Gas"
        HYDROGEN = "hydrogen", "Wasserstoff"
        OTHER = "other", "andere"

    plate = models.CharField(max_length=12, unique=True)
    vin = models.CharField(max_length=17, blank=True)  # Fahrzeug-Identifizierungsnummer
    make = models.CharField(max_length=60)
    model = models.CharField(max_length=60, blank=True)
    first_registration_date = models.DateField()
    fuel = models.CharField(max_length=10, choices=Fuel, default=Fuel.OTHER)
    emission_class = models.CharField(max_length=20, blank=True)  # "Euro 6d"
    co2 = models.PositiveSmallIntegerField(null=True, blank=True)  # grams per kilometre
    valid = models.BooleanField(default=True)  # False: taken off the road (außer Betrieb gesetzt)

    objects: ClassVar[HeldQuerySet["Vehicle"]] = HeldQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Held.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"vehicle:{self.pk}"


class Dog(Held):
    """A dog the tax office knows, and who keeps it."""

    number = models.CharField(max_length=20, unique=True)  # of the dog tag (Hundemarke)
    name = models.CharField(max_length=60)
    chip = models.CharField(max_length=15, blank=True)
    breed = models.CharField(max_length=80, blank=True)
    born_date = models.DateField(null=True, blank=True)
    dangerous = models.BooleanField(default=False)
    since_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    objects: ClassVar[HeldQuerySet["Dog"]] = HeldQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Held.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"dog:{self.pk}"


class Trade(Held):
    """A trade (Gewerbe) of a person or a company, as notified under § 14 GewO."""

    number = models.CharField(max_length=30, unique=True)
    title = models.CharField(max_length=200)  # the name it goes by
    activity = models.CharField(max_length=500)
    street = models.CharField(max_length=200, blank=True)
    house_number = models.CharField(max_length=20, blank=True)
    postcode = models.CharField(max_length=5, blank=True)
    town = models.CharField(max_length=100, blank=True)
    since_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    objects: ClassVar[HeldQuerySet["Trade"]] = HeldQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Held.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"trade:{self.pk}"
