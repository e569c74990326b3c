"""What a contest adds to the page of its process and of an entry."""

from typing import Any

from django.http import HttpRequest

from stadtkern.kernel.accounts.access import actor_of
from stadtkern.kernel.payments.actions import disbursement_of
from stadtkern.kernel.registers.blocks import blocked_accounts

from .actions.teaming import is_of_team
from .contests.figures import judging_of, jurors_of, prizes_of
from .contests.veil import names_wait
from .models import Contribution, Phase, Prize, Process, TeamMember


def is_contest(process: Process | None) -> bool:
    """Whether a jury judges here."""
    return process is not None and "criteria" in process.settings


def process_panel(request: HttpRequest, process: Process, running: Phase | None) -> dict[str, Any] | None:
    """Prizes, the jury, how it decides; the way to the outcome, and for jurors to their list."""
    if not is_contest(process):
        return None
    account, judging = actor_of(request).account, judging_of(process)
    jurors = jurors_of(process)
    return {
        "process": process, "judging": judging, "prizes": prizes_of(process), "jurors": jurors, "blind": names_wait(process),
        "juror": account is not None and any(one.account_id == account.pk for one in jurors),
        "teams": bool(process.settings.get("teams")) and running is not None and "contribute" in running.allows,
    }  # fmt: skip


def contribution_panel(request: HttpRequest, row: Contribution) -> dict[str, Any] | None:
    """Who else wrote it, its place and prizes; for those who wrote it the certificate and the prize money."""
    process = row.process
    if process is None or not is_contest(process) or row.kind == Contribution.Kind.RESULT:
        return None
    account, judging = actor_of(request).account, judging_of(process)
    mine, blind = account is not None and is_of_team(account.pk, row), names_wait(process)
    published = judging is not None and judging.published_at is not None
    rows = (judging.outcome or {}).get("rows", []) if judging and published else []
    place = next((one for one in rows if one["entry"] == row.reference), None)
    won = list(Prize.objects.filter(contribution=row, decided_by__isnull=False)) if published else []
    return {
        "row": row, "process": process, "mine": mine, "blind": blind, "place": place, "names": _names(row, blind),
        "prizes": [{"prize": one, "paid": disbursement_of(str(one)) if mine and one.cents else None} for one in won],
        "lead": mine, "member": TeamMember.objects.filter(team__contribution=row, account=account).first() if mine else None,
    }  # fmt: skip


def _names(row: Contribution, blind: bool) -> list[str]:
    if blind:
        return []
    members = TeamMember.objects.filter(team__contribution=row).exclude(name_shown="").exclude(account__in=blocked_accounts())
    return list(members.values_list("name_shown", flat=True))
