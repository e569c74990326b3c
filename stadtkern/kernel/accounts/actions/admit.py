"""Let people in: accounts opened by the city, staff appointed, companies and who acts for them."""

from datetime import date

from allauth.account.models import EmailAddress
from django.db import transaction

from stadtkern.kernel.city.models import Office
from stadtkern.kernel.events.actions import record

from ..models import Account, Company, Membership, Person, Role, Staff


@transaction.atomic
def open_account(email: str, *, given_names: str, family_name: str, birth_date: date | None, actor_key: str) -> Account:
    """An account with a confirmed address and no password (set by "forgot password", or a demo person)."""
    account = Account(email=email.strip().lower(), name=f"{given_names} {family_name}".strip())
    account.set_unusable_password()
    account.save()
    Person.objects.create(account=account, given_names=given_names, family_name=family_name, birth_date=birth_date)
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    record("account.opened", subject=f"account:{account.pk}", actor=actor_key)
    return account


@transaction.atomic
def appoint(account: Account, office: Office, role: Role, actor_key: str) -> Staff:
    """Give an account a place in an office; an earlier place is changed."""
    member, _ = Staff.objects.update_or_create(account=account, defaults={"office": office, "role": role})
    record("staff.appointed", subject=f"staff:{member.pk}", actor=actor_key, data={"office": office.pk, "role": role.value})
    return member


@transaction.atomic
def enter_company(company: Company, actor_key: str) -> Company:
    """Write a company that is not yet stored."""
    company.save(force_insert=True)
    record("company.entered", subject=f"company:{company.pk}", actor=actor_key)
    return company


@transaction.atomic
def authorise(account: Account, company: Company, role: str, actor_key: str) -> Membership:
    """This account may act for this company from now on."""
    membership, _ = Membership.objects.get_or_create(account=account, company=company, defaults={"role": role})
    record("membership.granted", subject=f"company:{company.pk}", actor=actor_key, data={"account": account.pk})
    return membership
