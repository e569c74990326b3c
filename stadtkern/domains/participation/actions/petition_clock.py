"""The clocks of petitions: the end of the collection, the council's day, reminders, letters, what is not kept."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.accounts.models import DESK_ROLES, Account, Staff
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.inbox import actions as inbox
from stadtkern.ui import words

from .. import petitionrules
from ..models import Contribution, Petition, Signature
from .petitioning import lapse, locked_petition
from .telling import tell

State = Petition.State
AFTER = timedelta(days=365)  # after the end: signatures and addresses of representatives go
BATCH = 2000


@transaction.atomic
def turn_petition(pk: int, now: datetime) -> bool:
    """One petition whose clock may have struck; whether something happened."""
    row = locked_petition(Contribution(pk=pk))
    done = False
    if row.state == State.COLLECTING and row.collect_until is not None and row.collect_until <= now:
        done = True
        if row.takes_paper:
            row.state = State.COUNTING
            row.save(update_fields=["state"])
            record("petition.counting", subject=str(row), actor=SYSTEM)
        else:
            lapse(row, SYSTEM)
    return _remind(row, now) or done


def _remind(row: Petition, now: datetime) -> bool:
    today = timezone.localdate(now)
    if row.state == State.COLLECTING and row.collect_until is not None:
        what, day = "collect", timezone.localdate(row.collect_until)
    elif row.state in (State.REACHED, State.COUNCIL) and row.council_due_date is not None:
        what, day = "council", row.council_due_date
    elif row.state == State.COUNTING and row.collect_until is not None:
        what, day = "counting", timezone.localdate(row.collect_until)
    else:
        return False
    key = "counting:0" if what == "counting" else petitionrules.reminder_due(what, (day - today).days, row.reminded)
    if not key or key in row.reminded:
        return False
    row.reminded = [*row.reminded, key]
    row.save(update_fields=["reminded"])
    for member in _clerks(row):
        with override(member.account.language):
            body = _reminder(what, words.day(day), (day - today).days)
            inbox.deliver(
                account=member.account, about=str(row), office=_office(row),
                title=_("Frist: %s") % row.contribution.title[:100], body=body, actor_key=SYSTEM,
                once=f"petition:{row.pk}:{key}:{member.pk}", link=_desk(row),
            )  # fmt: skip
    record("petition.reminded", subject=str(row), actor=SYSTEM, data={"what": key})
    return True


def _reminder(what: str, day: str, left: int) -> str:
    if what == "collect":
        return _("Die Zeit zum Sammeln endet am %s. Zählen Sie bis dahin, was auf Papier da ist.") % day
    if what == "counting":
        return _("Die Zeit zum Sammeln ist seit dem %s vorbei. Zählen Sie die Listen, und stellen Sie das Ergebnis fest.") % day
    if left < 0:
        return _("Der Rat hätte sich bis zum %s damit befassen müssen.") % day
    return _("Der Rat muss sich bis zum %s damit befassen. Tragen Sie ein, in welcher Sitzung.") % day


def _clerks(row: Petition) -> Iterable[Staff]:
    office = _office(row)
    members = Staff.objects.filter(office=office, role__in=DESK_ROLES, account__is_active=True)
    return members.select_related("account").order_by("pk")


def _office(row: Petition) -> Office | None:
    return row.contribution.process.office if row.contribution.process else None


def _desk(row: Petition) -> str:
    process = row.contribution.process
    assert process is not None and row.contribution.reference
    return reverse("participation:petition_desk", args=[process.key, row.contribution.reference])


def due(now: datetime) -> list[int]:
    """Petitions whose clock runs."""
    states = (State.COLLECTING, State.COUNTING, State.REACHED, State.COUNCIL)
    return list(
        Petition.objects.filter(state__in=states, contribution__state=Contribution.State.PUBLISHED)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


@transaction.atomic
def announce(pk: int, what: str) -> None:
    """Author and the signers who wished so are told; once each, however often this runs."""
    row = Petition.objects.select_related("contribution__process__office", "contribution__account").get(pk=pk)
    wished = Signature.objects.filter(petition=row, wants_post=True, account__is_active=True).select_related("account")
    people: dict[int, Account] = {one.account.pk: one.account for one in wished.order_by("pk") if one.account is not None}
    author = row.contribution.account
    if author is not None and author.is_active:
        people[author.pk] = author
    for account in people.values():
        with override(account.language):
            title, body = _letter(row, what)
            tell(SYSTEM, row.contribution, account, title, body, f"petition:{row.pk}:{what}:{account.pk}")


def _letter(row: Petition, what: str) -> tuple[str, str]:
    name = row.contribution.title
    said = _("Es geht um: %s") % name
    if what == "reached":
        title = _("Genug Unterschriften: %s") % name[:90]
        how = _("%(many)s Unterschriften sind da, %(needed)s waren nötig.") % {"many": row.counted, "needed": row.needed}
        if row.council_due_date is None:
            return title, "\n\n".join(
                [said, how, _("Jetzt befasst sich der Rat damit. Wir schreiben Ihnen, wenn er entschieden hat.")]
            )
        next_step = _("Jetzt befasst sich der Rat damit, spätestens am %s. Wir schreiben Ihnen, wenn er entschieden hat.")
        return title, "\n\n".join([said, how, next_step % words.day(row.council_due_date)])
    if what == "lapsed":
        how = _("%(many)s Unterschriften sind gekommen, %(needed)s waren nötig.") % {"many": row.counted, "needed": row.needed}
        return _("Nicht genug Unterschriften: %s") % name[:90], "\n\n".join([said, how])
    body = [said, outcome_words(row), row.decision[:10_000], row.decision_url]
    return _("Der Rat hat entschieden: %s") % name[:90], "\n\n".join(part for part in body if part)


def outcome_words(row: Petition) -> str:
    """What the council decided, in words."""
    said = {
        Petition.Outcome.ACCEPTED: _("Der Rat hat zugestimmt."),
        Petition.Outcome.PARTLY: _("Der Rat hat teilweise zugestimmt."),
        Petition.Outcome.REJECTED: _("Der Rat hat abgelehnt."),
        Petition.Outcome.VOTE: _("Die Bürgerinnen und Bürger stimmen selbst ab."),
    }
    return said[Petition.Outcome(row.outcome)] if row.outcome else ""


@transaction.atomic
def forget_signatures(account_id: int) -> None:
    """A person goes: the signature still counts, without account and name; a petition of theirs names no representatives."""
    done = Signature.objects.filter(account=account_id).update(account=None, name_shown="", wants_post=False)
    for row in Contribution.objects.filter(account=account_id, kind=Contribution.Kind.PETITION).defer("search"):
        row.details = without_people(row.details)
        row.save(update_fields=["details"])
        done += 1
    if done:
        record("petition.forgotten", subject=f"account:{account_id}", actor=SYSTEM)


def without_people(details: dict[str, object], *, names: bool = True) -> dict[str, object]:
    """Details without addresses (and names) of representatives."""
    gone = ("address", "name") if names else ("address",)
    return {key: value for key, value in details.items() if not key.startswith(gone)}


@transaction.atomic
def forget_old(now: datetime) -> int:
    """A year after the end: who signed, and where representatives live."""
    old = Signature.objects.filter(petition__ended_at__lt=now - AFTER).order_by("pk").values_list("pk", flat=True)[:BATCH]
    done = int(Signature.objects.filter(pk__in=list(old)).delete()[0])
    rows = Contribution.objects.filter(
        petition__ended_at__lt=now - AFTER, details__has_any_keys=["address1", "address2", "address3"]
    )
    for row in rows.defer("search")[:BATCH]:
        row.details = without_people(row.details, names=False)
        row.save(update_fields=["details"])
        done += 1
    if done:
        record("petition.tidied", subject="participation", actor=SYSTEM, data={"rows": done})
    return done
