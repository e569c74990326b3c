"""Who acts: accounts, the people behind them, companies, staff, and tokens for programs."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from stadtkern.kernel.city.models import Office

NOWHERE = "account.invalid"  # RFC 2606: no mail ever goes there


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

    @property
    def mail(self) -> str:
        """Where mail reaches this account; "" for one that was opened from elsewhere and has told us no address."""
        return "" if self.email.endswith(f"@{NOWHERE}") else self.email


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

    @property
    def proved(self) -> bool:
        """Names and birth date were proved; nobody types over them."""
        return self.register_key is not None or self.proved_trust >= Trust.SUBSTANTIAL


class Company(models.Model):
    name = models.CharField(max_length=200)
    legal_form = models.CharField(max_length=60, blank=True)
    register_number = models.CharField(max_length=60, blank=True)  # Handelsregister: "HRB 4711"
    street = models.CharField(max_length=200, blank=True)
    house_number = models.CharField(max_length=20, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    town = models.CharField(max_length=100, blank=True)
    # Pseudonym of the organisation account ("du-…"), known after its first proof.
    account_key = models.CharField(max_length=200, null=True, blank=True, unique=True)

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


class ExternalIdentity(models.Model):
    """A sign-in elsewhere (BundID, organisation account, the staff's directory) that opens this account, joined by proof."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="identities")
    means = models.CharField(max_length=20)
    subject = models.CharField(max_length=200)  # the pseudonym by which the means knows this person in this city
    trust = models.PositiveSmallIntegerField(choices=Trust)  # the best proof so far
    company = models.ForeignKey(Company, models.SET_NULL, null=True, blank=True, related_name="+")
    brought = models.BooleanField(default=False)  # the membership in that company came with this sign-in and goes with it
    post_box = models.CharField(max_length=200, blank=True)  # BundID: legacyPostkorbHandle
    linked_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["means", "subject"], name="identity_once")]

    def __str__(self) -> str:
        return f"identity:{self.pk}"


class Answer(models.Model):
    """A verified answer of a means, waiting to be fetched by the browser that asked; kept afterwards so that it counts once."""

    means = models.CharField(max_length=20)
    assertion = models.CharField(max_length=64, unique=True)  # SHA-256 of issuer and id: a replay finds it here
    question = models.CharField(max_length=100)  # id of the request it answers
    key = models.CharField(max_length=64, unique=True)  # SHA-256 of the one-time key in the browser's hand
    sealed = models.TextField()  # who it is; only that key opens it
    created_at = models.DateTimeField(default=timezone.now)
    keep_until = models.DateTimeField(db_index=True)
    taken_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"answer:{self.pk}"


class MandateQuerySet(models.QuerySet["Mandate"]):
    def live(self) -> "MandateQuerySet":
        """In force today; everything a mandate opens asks this, every time."""
        today = timezone.localdate()
        return self.filter(
            models.Q(valid_until=None) | models.Q(valid_until__gte=today),
            valid_from__lte=today,
            revoked_at=None,
            accepted_at__isnull=False,
            agent__is_active=True,
        )

    def under(self, agent: Account) -> "MandateQuerySet":
        """Those this account may act under now."""
        return self.live().filter(agent=agent)

    def told_to(self, account: Account) -> "MandateQuerySet":
        """Those somebody holds for this person, or for a company this person owns: also ended ones."""
        owned = account.memberships.filter(role=Membership.Role.OWNER).values("company")
        return self.filter(models.Q(principal=account, company=None) | models.Q(company__in=owned))


class Mandate(models.Model):
    """Somebody (agent) acts for somebody else (principal): a child, a ward, a person, a company, an association."""

    class Kind(models.TextChoices):
        CHILD = "CHILD"
        WARD = "WARD"
        PERSON = "PERSON"
        COMPANY = "COMPANY"
        ASSOCIATION = "ASSOCIATION"

    class Proof(models.TextChoices):
        REGISTER = "REGISTER"  # parent with custody, by the residents register
        COURT = "COURT"  # a clerk saw the court's document
        OWN = "OWN"  # granted by the principal
        OWNER = "OWNER"  # granted by an owner of the company

    kind = models.CharField(max_length=12, choices=Kind)
    agent = models.ForeignKey(Account, models.CASCADE, null=True, related_name="+")  # None until the invitation is accepted
    # Whose case it is; for somebody without a sign-in an account that nobody can sign in to.
    principal = models.ForeignKey(Account, models.CASCADE, null=True, related_name="+")
    company = models.ForeignKey(Company, models.CASCADE, null=True, related_name="+")
    register_key = models.UUIDField(null=True, blank=True)  # of the child or ward: registers are asked about them
    title = models.CharField(max_length=200)  # "Sie handeln für …"
    services = models.JSONField(default=list)  # keys; empty: all
    granted_by = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+")
    proof = models.CharField(max_length=10, choices=Proof)
    reference = models.CharField(max_length=100, blank=True)  # of the court's document
    invited = models.EmailField(blank=True)  # who may accept; emptied when accepted
    code = models.CharField(max_length=64, null=True, blank=True, unique=True)  # SHA-256 of the invitation's code
    code_until = models.DateTimeField(null=True, blank=True)
    valid_from = models.DateField(default=timezone.localdate)
    valid_until = models.DateField(null=True, blank=True)  # last day
    created_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[MandateQuerySet] = MandateQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(principal=None) ^ models.Q(company=None), name="mandate_of_person_or_company"
            ),
            models.CheckConstraint(condition=~models.Q(agent=models.F("principal")), name="mandate_for_somebody_else"),
        ]

    def __str__(self) -> str:
        return f"mandate:{self.pk}"

    @property
    def live(self) -> bool:
        """Like MandateQuerySet.live, for a row that was read."""
        today = timezone.localdate()
        begun = self.accepted_at is not None and self.revoked_at is None and self.valid_from <= today
        return begun and (self.valid_until is None or self.valid_until >= today)

    def covers(self, service: str) -> bool:
        """Whether it is good for this service."""
        return not self.services or service in self.services


class Role(models.TextChoices):
    """What a member of staff may do."""

    CLERK = "CLERK"  # works on the cases of one office
    LEAD = "LEAD"  # clerk who also sees the load of the office
    EDITOR = "EDITOR"  # texts, fees, forms
    OPERATOR = "OPERATOR"  # runs the installation: queue, webhooks, tokens; sees no case content
    MAYOR = "MAYOR"  # figures, no personal data
    PRIVACY = "PRIVACY"  # data protection officer: audits looks, keeps the breach register; cases of the own office only


DESK_ROLES = (Role.CLERK, Role.LEAD, Role.PRIVACY)  # who works on the cases of the own office


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


class Pairing(models.Model):
    """Two screens of one person, for two minutes: a QR code on the first, a number chosen on the second (docs/scan.md)."""

    class Kind(models.TextChoices):
        CONTINUE = "CONTINUE"  # the phone goes on with what the first screen shows
        SIGN_IN = "SIGN_IN"  # a phone that is signed in lets the first screen in

    class State(models.TextChoices):
        WAITING = "WAITING"
        OPENED = "OPENED"  # somebody has scanned it
        MATCHED = "MATCHED"  # the number was right; the account of the first screen must still say yes
        CONFIRMED = "CONFIRMED"  # may be collected, once
        USED = "USED"
        FINISHED = "FINISHED"  # what was begun on the first screen was sent from the second
        REFUSED = "REFUSED"
        BURNT = "BURNT"  # a wrong number

    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    # Code and short code are worked out from this and the installation's secret; the table keeps only their digests.
    nonce = models.CharField(max_length=40)
    code_digest = models.CharField(max_length=64, unique=True)
    short_digest = models.CharField(max_length=64, unique=True)
    number = models.PositiveSmallIntegerField()  # shown on the first screen, chosen on the second
    first_digest = models.CharField(max_length=64)  # the browser that made it
    second_digest = models.CharField(max_length=64, blank=True)  # the browser that chose the number
    target = models.CharField(max_length=500)  # an address of ours
    drafts = models.TextField(blank=True)  # the first browser's keys of drafts, sealed; gone after use
    agent = models.CharField(max_length=300, blank=True)  # what the first browser calls itself
    owner = models.ForeignKey(Account, models.CASCADE, null=True, related_name="+")  # signed in on the first screen
    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="+")  # whom the collected session belongs to
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="pairing_age")]

    def __str__(self) -> str:
        return f"pairing:{self.pk}"

    @property
    def over(self) -> bool:
        """Nothing more can come of it."""
        ended = self.state in (self.State.USED, self.State.FINISHED, self.State.REFUSED, self.State.BURNT)
        return ended or self.expires_at <= timezone.now()
