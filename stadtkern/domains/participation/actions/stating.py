"""Statements about a plan: what is kept besides the text, those that came on paper, and which stay with the office."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record

from ..consultations import rules
from ..consultations.asking import picked
from ..models import Authority, Contribution, Passage, Plan, Process, Statement
from .guard import Refused, owned, tidy

Sender, Channel = Statement.Sender, Statement.Channel


def keep_back(row: Contribution, process: Process) -> None:
    """Before it is written: what nobody but the office reads is not published, and waits in no queue."""
    if rules.is_consultation(process) and rules.kept_back(process, confidential=bool(row.details.get("confidential"))):
        row.state, row.published_at, row.checked_at = Contribution.State.SUBMITTED, None, timezone.now()


def attach(row: Contribution, process: Process, **paper: Any) -> Statement | None:
    """After it is written: its number, who speaks, what it refers to. `paper`: of one that did not come online."""
    if not rules.is_consultation(process):
        return None
    told, plan = row.details, locked_plan(process)
    sender = told.get("sender") if told.get("sender") in Sender.values else Sender.PERSON
    plan.numbers += 1
    plan.save(update_fields=["numbers"])
    made = Statement.objects.create(
        contribution=row, process=process, number=plan.numbers, sender=sender,
        organisation="" if sender == Sender.PERSON else tidy(told.get("organisation"), 150),
        authority=_authority(process, sender, told.get("organisation")), confidential=bool(told.get("confidential")),
        **{"received_date": timezone.localdate(), **paper},
    )  # fmt: skip
    made.passages.set(passages_of(process, told.get("passages")))
    row.details = {}
    row.save(update_fields=["details"])
    return made


def locked_plan(process: Process) -> Plan:
    """The plan of a process, locked; there is one as soon as somebody asks."""
    Plan.objects.get_or_create(process=process)
    return Plan.objects.select_for_update().get(pk=process.pk)


def passages_of(process: Process, given: object) -> list[Passage]:
    """Those of this plan among the numbers that were sent."""
    return list(Passage.objects.filter(document__process=process, pk__in=picked(given)))


def _authority(process: Process, sender: str, name: object) -> Authority | None:
    if sender != Sender.AUTHORITY:
        return None
    return Authority.objects.filter(process=process, name__iexact=tidy(name, 150)).first()


@transaction.atomic
def enter_statement(actor: Actor, process: Process, values: Mapping[str, Any], *, once: str = "") -> Contribution:
    """A clerk types what came by letter or was said at the counter: it is weighed like the others.

    `values`: those of `contribute`, besides channel, received (a date), sender_name, sender_address. `once`: key of the form,
    so that a double click enters it once. It may come after the last day (it is marked), until the outcome is published.
    """
    from .contributing import answers_of, complete, fill, open_case, store_new  # contributing calls this module

    staff = owned(actor, process)
    if process.state == Process.State.DRAFT:
        raise Refused(_("Das Verfahren ist noch nicht veröffentlicht."))
    plan = locked_plan(process)
    if plan.decided_at:
        raise Refused(
            _("Das Ergebnis ist schon veröffentlicht. Antworten Sie auf diese Stellungnahme mit einem eigenen Schreiben.")
        )
    if once and (known := Contribution.objects.filter(process=process, draft_key=once).defer("search").first()) is not None:
        return known
    channel, received = str(values.get("channel") or ""), values.get("received")
    if channel not in Channel.values or channel == Channel.ONLINE:
        raise Refused(_("Bitte wählen Sie, wie die Stellungnahme ankam."), "channel")
    if not isinstance(received, date) or received > timezone.localdate():
        raise Refused(_("Bitte tragen Sie den Tag des Eingangs ein; er liegt nicht in der Zukunft."), "received")
    row = Contribution(process=process, kind=Contribution.Kind.STATEMENT, state=Contribution.State.SUBMITTED, draft_key=once)
    fill(Actor(), row, values, process)
    complete(row, process)
    row.submitted_at = row.checked_at = timezone.now()
    open_case(Actor(), row, rules.SERVICE, process.office, answers_of(row, process))
    store_new(row)
    last = rules.last_day(process)
    attach(
        row, process, channel=channel, received_date=received, late=last is not None and received > last, entered_by=staff,
        sender_name=tidy(values.get("sender_name"), 120), sender_address=tidy(values.get("sender_address"), 300),
    )  # fmt: skip
    record("contribution.entered", subject=str(row), actor=actor.key, data={"process": process.pk, "channel": channel})
    return row


def stays_inside(row: Contribution) -> bool:
    """A statement nobody but the office (and its author) may read, whatever a moderator presses."""
    found = Statement.objects.filter(pk=row.pk).select_related("process").first()
    return found is not None and (
        found.channel != Channel.ONLINE or rules.kept_back(found.process, confidential=found.confidential)
    )


def is_statement(row: Contribution) -> bool:
    """Weighed, and decided by the council: no moderator's decision ends its case."""
    return Statement.objects.filter(pk=row.pk).exists()
