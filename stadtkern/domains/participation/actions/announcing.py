"""Followers are told: a phase has begun, a process has a result, something has become of a contribution."""

from django.db import transaction

from ..linkwords import became
from ..models import Contribution, Follow, Link, Phase, Process
from .telling import tell_closed, tell_link, tell_phase


@transaction.atomic
def announce_phase(process_id: int, phase_id: int | None) -> None:
    phase = Phase.objects.filter(pk=phase_id, process=process_id).first() if phase_id else None
    process = Process.objects.select_related("office").get(pk=process_id)
    if phase is None:
        return
    for row in _followers(process=process):
        tell_phase(process, phase, row.account)


@transaction.atomic
def announce_result(process_id: int) -> None:
    process = Process.objects.select_related("office").get(pk=process_id)
    for row in _followers(process=process):
        tell_closed(process, row.account)


@transaction.atomic
def announce_link(link_id: int) -> None:
    link = Link.objects.select_related("target", "source__process__office").filter(pk=link_id).first()
    if link is None:
        return
    for row in _followers(contribution=link.source):
        tell_link(link.source, row.account, became(link.kind), link.target, link.pk)


def _followers(**thing: Process | Contribution) -> list[Follow]:
    """Everybody who still has an account; hidden people follow like everybody, nobody sees it."""
    return list(Follow.objects.filter(account__is_active=True, **thing).select_related("account").order_by("pk"))
