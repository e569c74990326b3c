"""Who acts: accounts, the people behind them, companies, staff, and tokens for programs."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from stadtkern.kernel.city.models import Office


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(email__iexact=username)


class Account(AbstractBaseUser):
    """A sign-in. Whether a human is a resident, a clerk or both is told by the rows that point here."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=10, default="de")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[AccountManager] = AccountManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="account_email_once")]

    def __str__(self) -> str:
        return f"account:{self.pk}"


class Trust(models.IntegerChoices):
    """Vertrauensniveau of a session or of a proof (eIDAS: low, substantial, high)."""

    NONE = 0
    BASIC = 1
    SUBSTANTIAL = 3
    HIGH = 4

    @classmethod
    def of(cls, word: str) -> "Trust":
        """`"substantial"` as written in service.toml."""
        return cls[word.upper()]


class Person(models.Model):
    """The human behind an account, as far as known; `register_key` only after a proof of identity."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="person")
    given_names = models.CharField(max_length=200, blank=True)
    family_name = models.CharField(max_length=200, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    street = models.CharField(max_length=200, blank=True)
    house_number = models.CharField(max_length=20, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    town = models.CharField(max_length=100, blank=True)
    # Pseudonymous key of the residents register; empty until proved.
    register_key = models.UUIDField(null=True, blank=True, unique=True)
    proved_by = models.CharField(max_length=40, blank=True)  # "counter", "demo", later "bundid"
    proved_trust = models.PositiveSmallIntegerField(choices=Trust, default=Trust.NONE)
    proved_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"person:{self.pk}"


class Company(models.Model):
    name = models.CharField(max_length=200)
    legal_form = models.CharField(max_length=60, blank=True)
    register_number = models.CharField(max_length=60, blank=True)  # Handelsregister: "HRB 4711"
    street = models.CharField(max_length=200, blank=True)
    house_number = models.CharField(max_length=20, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    town = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return f"company:{self.pk}"


class Membership(models.Model):
    """This account may act for this company."""

    class Role(models.TextChoices):
        OWNER = "OWNER"
        MEMBER = "MEMBER"

    account = models.ForeignKey(Account, models.CASCADE, related_name="memberships")
    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "company"], name="membership_once")]

    def __str__(self) -> str:
        return f"membership:{self.pk}"


class Role(models.TextChoices):
    """What a member of staff may do."""

    CLERK = "CLERK"  # works on the cases of one office
    LEAD = "LEAD"  # clerk who also sees the load of the office
    EDITOR = "EDITOR"  # texts, fees, forms
    OPERATOR = "OPERATOR"  # runs the installation: queue, webhooks, tokens; sees no case content
    MAYOR = "MAYOR"  # figures, no personal data
    PRIVACY = "PRIVACY"  # data protection officer: audits who looked, keeps the breach register; sees no case content


class Staff(models.Model):
    """A place in an office; the same human may have a private account as well."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="staff")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=Role, default=Role.CLERK)

    def __str__(self) -> str:
        return f"staff:{self.pk}"


class Token(models.Model):
    """A key for programs; only its SHA-256 is kept."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    # Made while acting for a company: the key acts for it too, as long as the account is a member.
    company = models.ForeignKey(Company, models.CASCADE, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"token:{self.pk}"


class DemoCard(models.Model):
    """An identity card of the demo's identity provider; there are none in production."""

    register_key = models.UUIDField(unique=True)  # what a real provider says with its pseudonym for the city
    holder = models.ForeignKey(Account, models.CASCADE, null=True, blank=True, related_name="+")  # whose pocket it is in
    given_names = models.CharField(max_length=200)
    family_name = models.CharField(max_length=200)
    birth_date = models.DateField()
    street = models.CharField(max_length=200, blank=True)
    house_number = models.CharField(max_length=20, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    town = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return f"card:{self.pk}"
