"""Prizes: set by the office, awarded by two people, paid to the account the winner names, certified on paper."""

from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.payments import actions as payments
from stadtkern.kernel.payments.models import Disbursement

from ..models import Contribution, Judging, Prize, Process
from .guard import Refused, owned, tidy
from .judging import entries
from .running import locked_process
from .sharing_out import people_of, recipient_of
from .teaming import is_of_team

MOST_PRIZES, MOST_CENTS = 50, 10**9
KEEP_YEARS = 5  # as long as the process keeps names
URKUNDE = Path(__file__).parents[1] / "urkunde.typ"


@transaction.atomic
def add_prize(actor: Actor, process: Process, title: object, cents: int) -> Prize:
    """A prize that can be won, known from the call on. Diary: `prize.added`."""
    row = locked_process(actor, process)
    _unpublished(row)
    name = tidy(title, 100)
    if len(name) < 3:
        raise Refused(_("Wie heißt der Preis? Zum Beispiel „1. Preis“."), "title")
    if not 0 <= cents <= MOST_CENTS:
        raise Refused(_("Bitte einen Betrag von 0 bis 10 Millionen Euro."), "cents")
    if row.prizes.count() >= MOST_PRIZES:
        raise Refused(_("Mehr als %s Preise gibt es nicht.") % MOST_PRIZES)
    made = Prize.objects.create(process=row, title=name, cents=cents, position=row.prizes.count() + 1)
    record("prize.added", subject=str(made), actor=actor.key, data={"process": row.pk, "cents": cents})
    return made


@transaction.atomic
def drop_prize(actor: Actor, prize: Prize) -> None:
    """One nobody has been proposed for. Diary: `prize.dropped`."""
    row = _locked(actor, prize)
    if row.contribution_id:
        raise Refused(_("Für diesen Preis ist schon eine Idee vorgeschlagen."))
    record("prize.dropped", subject=str(row), actor=actor.key, data={"process": row.process_id})
    row.delete()


@transaction.atomic
def propose_prize(actor: Actor, prize: Prize, contribution: Contribution, reason: object) -> Prize:
    """One person proposes, with the reason the public will read. Until it is decided another may propose anew."""
    row = _locked(actor, prize)
    staff = owned(actor, row.process)
    if row.decided_by_id:
        raise Refused(_("Über diesen Preis ist schon entschieden."))
    if not Judging.objects.filter(process=row.process, closed_at__isnull=False).exists():
        raise Refused(_("Preise werden vorgeschlagen, wenn die Jury fertig ist."))
    if not entries(row.process).filter(pk=contribution.pk).exists():
        raise Contribution.DoesNotExist
    _not_theirs(actor, contribution)
    words = tidy(reason, 2000)
    if len(words) < 10:
        raise Refused(_("Schreiben Sie, warum diese Idee den Preis bekommt. Das lesen alle."), "reason")
    row.contribution, row.reason, row.proposed_by, row.proposed_at = contribution, words, staff, timezone.now()
    row.save(update_fields=["contribution", "reason", "proposed_by", "proposed_at"])
    record("prize.proposed", subject=str(row), actor=actor.key, data={"contribution": contribution.pk})
    return row


@transaction.atomic
def decide_prize(actor: Actor, prize: Prize, contribution_id: int) -> Prize:
    """A second person agrees to the entry they read on the page. Diary: `prize.decided`."""
    row = _locked(actor, prize)
    staff = owned(actor, row.process)
    if row.decided_by_id:
        return row
    if row.contribution is None or row.proposed_by_id is None:
        raise Refused(_("Für diesen Preis ist noch niemand vorgeschlagen."))
    if row.contribution_id != contribution_id:
        raise Refused(_("Der Vorschlag hat sich inzwischen geändert. Bitte lesen Sie ihn noch einmal."))
    if row.proposed_by_id == staff.pk:
        raise Refused(_("Sie haben den Preis vorgeschlagen. Entscheiden muss eine zweite Person."))
    _not_theirs(actor, row.contribution)
    row.decided_by, row.decided_at = staff, timezone.now()
    row.save(update_fields=["decided_by", "decided_at"])
    record("prize.decided", subject=str(row), actor=actor.key, data={"contribution": row.contribution_id, "cents": row.cents})
    return row


@transaction.atomic
def claim_prize(actor: Actor, prize: Prize, holder: str, iban: str) -> Disbursement:
    """The winner names an account; the cash office finds it on its next list. Diary: `prize.claimed` (and the booking's)."""
    row = Prize.objects.select_for_update(of=("self",)).select_related("process", "contribution").get(pk=prize.pk)
    account = actor.account
    if account is None or actor.mandate or row.contribution is None or account.pk not in people_of(row.contribution):
        raise Prize.DoesNotExist
    if row.decided_by_id is None or not Judging.objects.filter(process=row.process, published_at__isnull=False).exists():
        raise Prize.DoesNotExist
    if not row.cents:
        raise Refused(_("Zu diesem Preis gehört kein Geld."))
    if recipient_of(row.contribution) != account.pk:
        raise Refused(_("Ihre Gruppe hat noch nicht zugestimmt, dass Sie das Geld bekommen."))
    try:
        made = payments.pay_out(
            about=str(row), key="prize", account=account, cents=row.cents, holder=holder, iban=iban,
            label=f"{row.title}, {row.process.title}", actor_key=actor.key,
            decided_by=[f"staff:{row.proposed_by_id}", f"staff:{row.decided_by_id}"],
        )  # fmt: skip
    except payments.Refused as refused:
        raise Refused(str(refused)) from refused
    record("prize.claimed", subject=str(row), actor=actor.key, data={"disbursement": made.pk})
    return made


def issue_certificate(actor: Actor, contribution: Contribution) -> Document:
    """The sealed paper for whoever took part; a second time returns the first. Diary: `document.issued`."""
    account, process = actor.account, contribution.process
    if account is None or actor.mandate or process is None or not is_of_team(account.pk, contribution):
        raise Contribution.DoesNotExist
    judging = Judging.objects.filter(process=process, published_at__isnull=False).first()
    rows = (judging.outcome or {}).get("rows", []) if judging else []
    if judging is None or judging.published_at is None or contribution.reference not in {one["entry"] for one in rows}:
        raise Refused(_("Urkunden gibt es, sobald das Ergebnis veröffentlicht ist, für alle Ideen, die die Jury gewertet hat."))
    won = list(Prize.objects.filter(process=process, contribution=contribution, decided_by__isnull=False))
    data: dict[str, Any] = {
        "winner": account.name,
        "idea": contribution.title,
        "contest": process.title,
        "prizes": [one.title for one in won],
        "date": timezone.localdate(judging.published_at).isoformat(),
        "office": {"title": process.office.title},
    }
    return documents.issue(
        about=str(contribution),
        account=account,
        company=None,
        title=f"Urkunde {process.title}",
        kind="Urkunde",
        template=URKUNDE.read_text(encoding="utf-8"),
        data=data,
        keep_until=date(judging.published_at.year + KEEP_YEARS, 12, 31),
        actor_key=actor.key,
        once=f"certificate:{contribution.pk}:{account.pk}",
    )


def _locked(actor: Actor, prize: Prize) -> Prize:
    row = Prize.objects.select_for_update(of=("self",)).select_related("process", "contribution").get(pk=prize.pk)
    owned(actor, row.process)
    _unpublished(row.process)
    return row


def _unpublished(process: Process) -> None:
    if Judging.objects.filter(process=process, published_at__isnull=False).exists():
        raise Refused(_("Das Ergebnis ist veröffentlicht. Die Preise stehen fest."))


def _not_theirs(actor: Actor, contribution: Contribution) -> None:
    if actor.account is not None and is_of_team(actor.account.pk, contribution):
        raise Refused(_("Das ist Ihre eigene Idee. Darüber entscheidet jemand anderes."))
