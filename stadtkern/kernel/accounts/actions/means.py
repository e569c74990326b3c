"""Sign-ins from elsewhere: joined to an account by proof, moved only by proof of both, taken away again."""

import secrets
import uuid
from collections.abc import Mapping
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.utils import timezone

from stadtkern.kernel.events.actions import record

from ..adapters import Identity
from ..models import NOWHERE, Account, Company, ExternalIdentity, Membership, Person, Staff, Trust
from .identity import IdentityTaken

COMPANY = ("name", "legal_form", "street", "house_number", "postcode", "town")
SAME_PERSON = ("given_names", "family_name", "birth_date")


class BelongsToOther(ValueError):
    """This sign-in already opens another account."""

    def __init__(self, row: ExternalIdentity) -> None:
        super().__init__(str(row))
        self.row = row


class LastWayIn(ValueError):
    """Without this sign-in nobody could open the account any more."""


class NotAppointed(ValueError):
    """Real, but nobody has a place in an office under this name."""


def find_identity(means: str, subject: str) -> ExternalIdentity | None:
    return ExternalIdentity.objects.select_related("account", "company").filter(means=means, subject=subject).first()


@transaction.atomic
def open_account_with(means: str, identity: Identity, register_key: uuid.UUID | None) -> Account:
    """A first sign-in from elsewhere opens a new account. An equal e-mail address joins nothing: the account has none yet."""
    account = Account(email=f"{means}-{secrets.token_hex(12)}@{NOWHERE}")
    account.set_unusable_password()
    account.save()
    record("account.opened", subject=f"account:{account.pk}", actor=f"account:{account.pk}", data={"by": means})
    link_identity(account, means, identity, register_key)
    return account


@transaction.atomic
def link_identity(account: Account, means: str, identity: Identity, register_key: uuid.UUID | None) -> ExternalIdentity:
    """From now on this sign-in opens this account; again: what it states is brought up to date.

    Raises BelongsToOther, or IdentityTaken when the proof contradicts what is already proved about the account's person.
    """
    Account.objects.select_for_update().get(pk=account.pk)
    row = find_identity(means, identity.subject)
    if row is not None and row.account_id != account.pk:
        raise BelongsToOther(row)
    if row is None and means == "bundid" and ExternalIdentity.objects.filter(account=account, means=means).exists():
        raise IdentityTaken  # a person has one
    if identity.company is None and means != "staff":
        prove_person(account, means, identity, register_key, known=row is not None)
    fresh = row is None
    row = row or ExternalIdentity(account=account, means=means, subject=identity.subject, trust=identity.trust)
    row.trust, row.used_at = max(row.trust, identity.trust), timezone.now()
    row.post_box = identity.post_box or row.post_box
    if identity.company is not None:
        row.company, brought = _company(account, identity)
        row.brought = row.brought or brought
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as raced:  # the same answer in two tabs, for two accounts
        raise BelongsToOther(find_identity(means, identity.subject) or row) from raced
    name = "account.identity_linked" if fresh else "account.identity_used"
    data = {"means": means, "trust": int(identity.trust), "identity": row.pk}
    record(name, subject=f"account:{account.pk}", actor=f"account:{account.pk}", data=data)
    return row


@transaction.atomic
def prove_person(
    account: Account, means: str, identity: Identity, register_key: uuid.UUID | None, *, known: bool = False
) -> Person:
    """Write down what was proved. A proved person is never swapped for another; a typed name gives way to the proved one.

    `known`: the same pseudonym as before, so a new name is a new name (marriage) and not somebody else.
    """
    person, _ = Person.objects.select_for_update().get_or_create(account=account)
    facts = identity.facts
    strong = identity.trust >= Trust.SUBSTANTIAL
    other = bool(person.register_key and register_key and person.register_key != register_key)
    if strong and person.proved and (other if known else not _same(person, facts, register_key)):
        raise IdentityTaken
    for name, value in facts.items():
        if strong or not (person.proved or getattr(person, name)):
            setattr(person, name, value)
    if strong:
        person.proved_by, person.proved_at = means, timezone.now()
        person.proved_trust = max(person.proved_trust, identity.trust)
        person.register_key = person.register_key or register_key
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as taken:
        raise IdentityTaken from taken
    if name := f"{person.given_names} {person.family_name}".strip():
        Account.objects.filter(pk=account.pk).update(name=name)
    data = {"by": means, "trust": int(identity.trust), "register": person.register_key is not None}
    record("account.identity_proved", subject=f"account:{account.pk}", actor=f"account:{account.pk}", data=data)
    return person


def _same(person: Person, facts: Mapping[str, Any], register_key: uuid.UUID | None) -> bool:
    if person.register_key and register_key:
        return person.register_key == register_key
    return all(not getattr(person, name) or getattr(person, name) == facts.get(name) for name in SAME_PERSON)


def _company(account: Account, identity: Identity) -> tuple[Company, bool]:
    """The company of an organisation account: known by its pseudonym, or by name, register number and address, or new.

    And whether the membership is new, too.
    """
    said = dict(identity.company or {})
    key = said["account_key"]
    company = Company.objects.select_for_update().filter(account_key=key).first()
    if company is None and said["register_number"]:
        exact = {name: said[name] for name in ("name", "register_number", "street", "house_number", "postcode")}
        matching = list(Company.objects.select_for_update().filter(account_key=None, **exact)[:2])
        company = matching[0] if len(matching) == 1 else None
    company = company or Company()
    for name in (*COMPANY, "register_number"):
        setattr(company, name, said[name] or getattr(company, name))
    company.account_key = key
    company.save()
    first = not Membership.objects.filter(company=company).exists()
    role = Membership.Role.OWNER if first else Membership.Role.MEMBER
    _membership, fresh = Membership.objects.get_or_create(account=account, company=company, defaults={"role": role})
    if fresh:
        record(
            "membership.granted", subject=f"company:{company.pk}", actor=f"account:{account.pk}", data={"account": account.pk}
        )
    return company, fresh


@transaction.atomic
def link_workplace(identity: Identity) -> ExternalIdentity:
    """The staff's directory opens workplaces only: the stored subject, or the first time the confirmed address of a member."""
    row = find_identity("staff", identity.subject)
    if row is not None:
        if not row.account.is_active or not Staff.objects.filter(account=row.account).exists():
            raise NotAppointed
        return link_identity(row.account, "staff", identity, None)
    member = None
    if identity.email and identity.email_confirmed:
        member = (
            Staff.objects.select_related("account")
            .filter(account__email__iexact=identity.email, account__is_active=True)
            .first()
        )
    if member is None or ExternalIdentity.objects.filter(account=member.account, means="staff").exists():
        raise NotAppointed
    return link_identity(member.account, "staff", identity, None)


@transaction.atomic
def move_identity(to: Account, means: str, identity: Identity, register_key: uuid.UUID | None) -> ExternalIdentity:
    """Both were proved: this account by its session, the sign-in by a fresh answer. Then it may change hands.

    Cases and documents stay where they are, so the other account must keep a way in: otherwise LastWayIn.
    """
    row = find_identity(means, identity.subject)
    if row is None or row.account_id == to.pk:
        return link_identity(to, means, identity, register_key)
    other = Account.objects.select_for_update().get(pk=row.account_id)
    if not ways_in(other, without=row):
        raise LastWayIn
    person = Person.objects.select_for_update().filter(account=other).first()
    if register_key and person and person.register_key == register_key:
        person.register_key, person.proved_trust, person.proved_by = None, Trust.NONE, ""
        person.save(update_fields=["register_key", "proved_trust", "proved_by"])
    row.delete()
    moved = link_identity(to, means, identity, register_key)
    data = {"means": means, "to": to.pk}
    record("account.identity_moved", subject=f"account:{other.pk}", actor=f"account:{to.pk}", data=data)
    return moved


@transaction.atomic
def unlink_identity(account: Account, row: ExternalIdentity) -> None:
    """This sign-in no longer opens the account; what was proved stays proved. Raises LastWayIn."""
    Account.objects.select_for_update().get(pk=account.pk)
    if not ways_in(account, without=row):
        raise LastWayIn
    if row.company_id and row.brought:
        Membership.objects.filter(account=account, company_id=row.company_id).delete()
    pk, means = row.pk, row.means
    row.delete()
    data = {"means": means, "identity": pk}
    record("account.identity_unlinked", subject=f"account:{account.pk}", actor=f"account:{account.pk}", data=data)


def ways_in(account: Account, without: ExternalIdentity | None = None) -> bool:
    """Whether somebody could still sign in: password or its reset by mail, a passkey, another sign-in from elsewhere."""
    if EmailAddress.objects.filter(user=account, verified=True).exists():
        return True  # a password can be set anew
    passkeys = Authenticator.objects.filter(user=account, type=Authenticator.Type.WEBAUTHN)
    if any(key.wrap().is_passwordless for key in passkeys):
        return True
    others = ExternalIdentity.objects.filter(account=account)
    return (others.exclude(pk=without.pk) if without else others).exists()
