"""Followers are told: a phase has begun, a process has a result, something has become of a contribution."""

from django.db import transaction

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account

from ..linkwords import became
from ..models import Contribution, Follow, Link, Phase, Process
from .telling import tell_closed, tell_link, tell_phase


@transaction.atomic
def announce_phase(process_id: int, phase_id: int | None) -> None:
    phase = Phase.objects.filter(pk=phase_id, process=process_id).first() if phase_id else None
    process = Process.objects.select_related("office").get(pk=process_id)
    if phase is None:
        return
    for row in _followers(process, process=process):
        tell_phase(process, phase, row.account)


@transaction.atomic
def announce_result(process_id: int) -> None:
    process = Process.objects.select_related("office").get(pk=process_id)
    for row in _followers(process, process=process):
        tell_closed(process, row.account)


@transaction.atomic
def announce_link(link_id: int) -> None:
    link = Link.objects.select_related("target", "source__process__office").filter(pk=link_id).first()
    if link is None:
        return
    for row in _followers(link.source.process, contribution=link.source):
        if _may_read(link.target, row.account):
            tell_link(link.source, row.account, became(link.kind), link.target, link.pk)


def _may_read(row: Contribution, account: Account) -> bool:
    """A letter names no title its reader could not open."""
    actor = Actor(account, getattr(account, "staff", None))
    return Contribution.objects.visible_to(actor).filter(pk=row.pk).exists()


def _followers(of: Process | None, **thing: Process | Contribution) -> list[Follow]:
    """Everybody who still has an account; hidden people follow like everybody, nobody sees it.

    What is for staff alone is told to those who still are.
    """
    rows = Follow.objects.filter(account__is_active=True, **thing).select_related("account__staff").order_by("pk")
    if of is not None and of.audience == Process.Audience.STAFF:
        rows = rows.filter(account__staff__isnull=False)
    return list(rows)
