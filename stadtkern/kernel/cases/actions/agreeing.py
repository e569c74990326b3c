"""A second person says yes to an application, from their own account and to exactly what they were shown."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.privacy.actions import PUBLIC_TASK, note_accesses
from stadtkern.kernel.services.catalogue import Service
from stadtkern.lib import ids
from stadtkern.lib.forms.shape import clean

from ..models import Agreement, Case, Status, search_text
from .guard import MoreTrustNeeded, Refused, locked, locked_draft

GROUPS, LENGTH = 3, 4  # 58 random bits behind a brake and a sign-in
State = Agreement.State


def invite(actor: Actor, case: Case) -> str:
    """A new number for the second person, in clear for the page; an older one and its answer end. `case.consent_asked`."""
    code = "-".join(ids.drawn(LENGTH) for _group in range(GROUPS))
    with transaction.atomic():
        row = locked_draft(actor, case)
        if row.begun_on.consent is None:
            raise Case.DoesNotExist
        if row.account_id is None:
            raise Refused(_("Melden Sie sich zuerst an. Ihr Entwurf bleibt gespeichert."))
        blank = {"code_digest": digest_of(code), "account": None, "state": State.OPEN, "seen": "", "statement": ""}
        Agreement.objects.update_or_create(case=row, defaults={**blank, "asked_at": timezone.now(), "answered_at": None})
        record("case.consent_asked", subject=str(row), actor=actor.key)
    return code


@transaction.atomic
def take_invitation(actor: Actor, code: str) -> Agreement:
    """The second person has typed the number: it is burnt, the application is theirs to read. Diary: `case.consent_opened`.

    Refused for a number nobody has, for the applicant, and for somebody else than the form names.
    """
    number = digest_of(code)
    found = Agreement.objects.filter(code_digest=number).values_list("case", flat=True).first() if number else None
    unknown = Refused(_("Diese Nummer kennen wir nicht. Vergleichen Sie sie bitte; jede Nummer gilt einmal."))
    if found is None:
        raise unknown
    case = locked(found)
    agreement = Agreement.objects.select_for_update().filter(case=case, code_digest=number).first()
    if agreement is None or case.status != Status.DRAFT:
        raise unknown
    must_be_the_other(actor, case, case.begun_on)
    agreement.account, agreement.code_digest = actor.account, None
    agreement.save(update_fields=["account", "code_digest"])
    record("case.consent_opened", subject=str(case), actor=actor.key)
    return agreement


def must_be_the_other(actor: Actor, case: Case, service: Service) -> None:
    """Somebody in their own name, trusted enough, not the applicant, and the one whom the form names."""
    if actor.account is None or actor.company or actor.mandate:
        raise Refused(_("Zustimmen können Sie nur im eigenen Namen. Wechseln Sie oben zu sich selbst."))
    if case.account_id == actor.account.pk:
        raise Refused(_("Das ist Ihr eigener Antrag. Die andere Person meldet sich mit ihrem eigenen Konto an."))
    if actor.trust < service.trust:
        raise MoreTrustNeeded(_("Für diese Zustimmung müssen Sie sich ausweisen."))
    if service.consent and service.consent.person and not is_named(actor, service.consent.person, case.answers):
        text = _("In diesem Antrag steht eine andere Person als Sie. Bitten Sie darum, Name und Geburtsdatum zu prüfen.")
        raise Refused(text)


def is_named(actor: Actor, path: str, answers: Mapping[str, Any]) -> bool:
    """Family name and birthday are those of the account; of the given names one is enough."""
    person = getattr(actor.account, "person", None)
    if person is None or person.birth_date is None:
        return False
    given = set(search_text(str(answers.get(f"{path}/given_names") or "")).split())
    return (
        search_text(person.family_name) == search_text(str(answers.get(f"{path}/family_name") or ""))
        and person.birth_date.isoformat() == answers.get(f"{path}/birth_date")
        and bool(given & set(search_text(person.given_names).split()))
    )


def look_as_other(actor: Actor, agreement: Agreement, service: Service) -> None:
    """The applicant finds in the data log who read the application."""
    note_accesses(
        actor=actor,
        accounts=[agreement.case.account_id],
        cases=[agreement.case_id],
        purpose=agreement.case.service,
        legal_basis=service.legal_basis or PUBLIC_TASK,
        source="cases",
        fields=["answers"],
        about=str(agreement.case),
    )


@transaction.atomic
def say_yes_or_no(actor: Actor, agreement: Agreement, *, agrees: bool, seen: str) -> Agreement:
    """`seen` is the digest of the answers that stood on the page. Diary: `case.consent_given`, or `case.consent_declined`.

    Refused when the application was changed meanwhile: they read it once more.
    """
    case = locked(agreement.case_id)
    row = Agreement.objects.select_for_update().get(pk=agreement.pk)
    service = case.begun_on
    if actor.account is None or row.account_id != actor.account.pk or service.consent is None:
        raise Agreement.DoesNotExist
    if case.status != Status.DRAFT:
        raise Refused(_("Der Antrag ist schon abgeschickt. Ihre Zustimmung lässt sich hier nicht mehr ändern."))
    must_be_the_other(actor, case, service)
    now = digest_of_answers(clean(service.form, case.answers))
    if seen != now:
        raise Refused(_("Der Antrag wurde gerade geändert. Bitte lesen Sie ihn noch einmal."))
    row.state, row.seen = (State.AGREED if agrees else State.DECLINED), now
    row.statement, row.answered_at = service.consent.statement, timezone.now()
    row.save(update_fields=["state", "seen", "statement", "answered_at"])
    record("case.consent_given" if agrees else "case.consent_declined", subject=str(case), actor=actor.key)
    return row


def must_agree(row: Case, service: Service, answers: Mapping[str, Any]) -> None:
    """Before sending: the yes is there, from somebody else, and to these very answers. Raises Refused."""
    if service.consent is None:
        return
    given = Agreement.objects.filter(case=row, state=State.AGREED).exclude(account=None).exclude(account=row.account_id).first()
    if given is None:
        raise Refused(_("Es fehlt noch die Zustimmung: %(who)s.") % {"who": service.consent.who})
    if given.seen != digest_of_answers(answers):
        raise Refused(_("Sie haben seit der Zustimmung etwas geändert. Bitte lassen Sie noch einmal zustimmen."))


def digest_of_answers(answers: Mapping[str, Any]) -> str:
    """Changes as soon as one answer changes."""
    return hashlib.sha256(json.dumps(answers, sort_keys=True, ensure_ascii=True, default=str).encode()).hexdigest()


def digest_of(code: str) -> str:
    """What the database keeps of the number."""
    plain = ids.typed(code)
    return ids.digest(f"consent:{plain}") if len(plain) == GROUPS * LENGTH else ""
