"""Acting for somebody else: granted, accepted, used, ended; every step has its line in the diary."""

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from email.utils import formataddr
from smtplib import SMTPException
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.city.profile import city
from stadtkern.kernel.events.actions import record
from stadtkern.lib import ids

from ..access import Actor, actor_of
from ..models import Account, Company, Mandate, Membership, Person, Role, Trust

log = logging.getLogger(__name__)
CODE, CODE_DAYS = 10, 7
MOST_YEARS = 5
MOST_OPEN = 20  # invitations on their way, per person
Kind, Proof = Mandate.Kind, Mandate.Proof


class Refused(Exception):
    """This mandate cannot be granted; the message (German) says what to do instead."""


class BadCode(Exception):
    """No invitation for this account behind this code: wrong, used, too old, or somebody else's."""


@dataclass(frozen=True)
class Human:
    """Somebody to act for, as a register or a court's document names them."""

    given_names: str
    family_name: str
    birth_date: date | None
    register_key: uuid.UUID | None = None

    @property
    def name(self) -> str:
        return f"{self.given_names} {self.family_name}".strip()


@transaction.atomic
def invite(
    actor: Actor,
    *,
    email: str,
    until: date | None,
    services: Sequence[str] = (),
    company: Company | None = None,
) -> tuple[Mandate, str]:
    """Let another person act for oneself or one's company: they get a code by e-mail. Raises Refused."""
    account = actor.account
    if account is None or actor.mandate:
        raise Refused(_("Eine Vertretung erteilen können Sie nur als Sie selbst. Wechseln Sie zuerst zurück."))
    if company and not _owns(account, company):
        raise Refused(_("Nur wer die Firma oder den Verein leitet, kann andere bevollmächtigen."))
    email = _address(email, account)
    limits = {"services": list(services), "valid_until": _day(until)}
    if (
        Mandate.objects.filter(granted_by=account, accepted_at=None, revoked_at=None, code_until__gt=timezone.now()).count()
        >= MOST_OPEN
    ):
        raise Refused(_("Es warten schon viele Einladungen. Nehmen Sie eine zurück, oder warten Sie, bis sie angenommen sind."))
    if company:
        kind = Kind.ASSOCIATION if "e. V." in f"{company.legal_form} {company.name}" else Kind.COMPANY
        row = Mandate(kind=kind, company=company, title=company.name, proof=Proof.OWNER, granted_by=account, **limits)
    else:
        title = account.name or account.mail
        if not title:
            raise Refused(_("Tragen Sie zuerst Ihren Namen ein, damit die andere Person weiß, für wen sie handelt."))
        row = Mandate(kind=Kind.PERSON, principal=account, title=title, proof=Proof.OWN, granted_by=account, **limits)
    return row, _send(row, email, actor)


@transaction.atomic
def enter_ward(
    actor: Actor, human: Human, *, email: str, reference: str, until: date | None, services: Sequence[str]
) -> Mandate:
    """A clerk saw the court's document (Betreuerausweis, Bestallung); the guardian gets a code by e-mail."""
    if actor.staff is None or actor.staff.role not in (Role.CLERK, Role.LEAD):
        raise PermissionError("Only a clerk enters what a court decided")
    if not (human.given_names.strip() and human.family_name.strip() and human.birth_date):
        raise Refused(_("Geben Sie Vornamen, Familiennamen und Geburtsdatum der betreuten Person an."))
    if not reference.strip():
        raise Refused(_("Geben Sie das Aktenzeichen der gerichtlichen Urkunde an, die Sie gesehen haben."))
    if until is None:
        raise Refused(_("Geben Sie an, bis wann die Vertretung gilt. Das steht auf der Urkunde."))
    row = Mandate(
        kind=Kind.WARD, principal=_principal(human), register_key=human.register_key, title=human.name, proof=Proof.COURT,
        reference=reference.strip()[:100], granted_by=actor.account, services=list(services), valid_until=_day(until),
    )  # fmt: skip
    _send(row, _address(email, actor.account), actor)
    return row


@transaction.atomic
def confirm_child(actor: Actor, child: Human) -> Mandate:
    """A parent with custody (by the register) says that they act for their child; ends by itself at 18."""
    if actor.account is None or actor.mandate or actor.trust < Trust.SUBSTANTIAL or child.register_key is None:
        raise PermissionError("Only a parent who proved who they are")
    assert child.birth_date is not None
    last = _birthday(child.birth_date, 18) - timedelta(days=1)
    if last < timezone.localdate():
        raise Refused(_("Ihr Kind ist volljährig und handelt selbst."))
    Account.objects.select_for_update().get(pk=actor.account.pk)  # a double click makes one
    known = Mandate.objects.under(actor.account).filter(kind=Kind.CHILD, register_key=child.register_key).first()
    if known:
        return known
    now = timezone.now()
    row = Mandate.objects.create(
        kind=Kind.CHILD, agent=actor.account, principal=_principal(child), register_key=child.register_key, title=child.name,
        proof=Proof.REGISTER, granted_by=actor.account, valid_until=last, accepted_at=now,
    )  # fmt: skip
    _note("mandate.granted", row, actor)
    return row


@transaction.atomic
def accept(actor: Actor, code: str) -> Mandate:
    """The invited person takes the mandate; only with the address the code was sent to. Raises BadCode."""
    if actor.account is None:
        raise BadCode
    row = Mandate.objects.select_for_update().filter(code=digest_of(code)).first()
    if row is None or row.accepted_at or row.revoked_at or row.code_until is None or row.code_until < timezone.now():
        raise BadCode
    mine = EmailAddress.objects.filter(user=actor.account, email__iexact=row.invited, verified=True)
    if not mine.exists() or actor.account.pk in (row.principal_id, row.granted_by_id if row.kind == Kind.WARD else None):
        raise BadCode
    row.agent, row.accepted_at, row.invited, row.code = actor.account, timezone.now(), "", None
    row.save(update_fields=["agent", "accepted_at", "invited", "code"])
    _note("mandate.accepted", row, actor)
    return row


def may_revoke(actor: Actor, row: Mandate) -> bool:
    """Principal, owner of the company, the one who holds it, and for wards any clerk."""
    if actor.account is None or actor.mandate:
        return False
    if actor.account.pk in (row.agent_id, row.principal_id):
        return True
    if row.company and _owns(actor.account, row.company):
        return True
    return row.kind == Kind.WARD and actor.staff is not None and actor.staff.role in (Role.CLERK, Role.LEAD)


@transaction.atomic
def revoke(actor: Actor, row: Mandate) -> None:
    """Ends at once; a second time changes nothing."""
    if not may_revoke(actor, row):
        raise PermissionError("Not theirs to end")
    if Mandate.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=timezone.now(), code=None, invited=""):
        _note("mandate.revoked", row, actor)


@transaction.atomic
def act_under(request: HttpRequest, row: Mandate) -> None:
    """From now on this session acts for the principal."""
    actor = actor_of(request)
    if actor.account is None or not Mandate.objects.under(actor.account).filter(pk=row.pk).exists():
        raise PermissionError("No live mandate")
    request.session["mandate"] = row.pk
    request.session.pop("acting_for", None)
    Mandate.objects.filter(pk=row.pk).update(used_at=timezone.now())
    del request._actor  # type: ignore[attr-defined]
    _note("mandate.used", row, actor)


def digest_of(code: str) -> str:
    """What is kept of a code; blanks, dashes and case do not matter."""
    return ids.digest(ids.typed(code[:40]))


def _send(row: Mandate, email: str, actor: Actor) -> str:
    code = ids.drawn(CODE)
    row.invited, row.code = email, digest_of(code)
    row.code_until = timezone.now() + timedelta(days=CODE_DAYS)
    row.save(force_insert=True)
    context = {"title": row.title, "code": f"{code[:5]}-{code[5:]}", "days": CODE_DAYS}
    transaction.on_commit(lambda: _post(email, context))
    _note("mandate.offered", row, actor)
    return code


def _post(email: str, context: dict[str, Any]) -> None:
    """A mail server that is away breaks nothing: the invitation stands on the page, and can be repeated."""
    words = {**context, "city": city()}
    subject = render_to_string("accounts/email/mandate_subject.txt", words).strip()
    body = render_to_string("accounts/email/mandate_message.txt", words)
    try:
        EmailMessage(f"{city().name}: {subject}", body, formataddr((city().name, settings.DEFAULT_FROM_EMAIL)), [email]).send()
    except (OSError, SMTPException):
        log.exception("An invitation could not be handed over")


def _principal(human: Human) -> Account:
    """The person's own account, or one that only carries their cases: nobody can sign in to it."""
    if human.register_key:
        known = (
            Person.objects.filter(register_key=human.register_key, account__is_active=True).select_related("account").first()
        )
        if known:
            return known.account
        before = Mandate.objects.filter(register_key=human.register_key, principal__is_active=False, revoked_at=None)
        if (earlier := before.select_related("principal").first()) and earlier.principal:
            return earlier.principal
    account = Account(email=f"principal-{uuid.uuid4()}@account.invalid", name=human.name, is_active=False)
    account.set_unusable_password()
    account.save()
    Person.objects.create(
        account=account, given_names=human.given_names, family_name=human.family_name, birth_date=human.birth_date
    )
    return account


def _owns(account: Account, company: Company) -> bool:
    return Membership.objects.filter(account=account, company=company, role=Membership.Role.OWNER).exists()


def _address(email: str, own: Account | None) -> str:
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Refused(_("Geben Sie eine E-Mail-Adresse an, zum Beispiel name@beispiel.de.")) from None
    if own and email == own.email.lower():
        raise Refused(_("Das ist Ihre eigene Adresse. Geben Sie die der anderen Person an."))
    return email


def _day(until: date | None) -> date | None:
    today = timezone.localdate()
    if until and not today <= until <= _birthday(today, MOST_YEARS):
        raise Refused(_("Das Ende liegt zwischen heute und in fünf Jahren."))
    return until


def _birthday(born: date, years: int) -> date:
    """Who was born on 29 February has their birthday on 1 March."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def _note(name: str, row: Mandate, actor: Actor) -> None:
    subject = f"company:{row.company_id}" if row.company_id else f"account:{row.principal_id}"
    record(name, subject=subject, actor=actor.key, data={"mandate": row.pk, "kind": row.kind})
