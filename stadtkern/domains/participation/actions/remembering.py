"""After the outcome: everybody who has an entry is told; people go from juries and teams, marks without names stay."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from stadtkern.kernel.accounts.access import SYSTEM
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.events.actions import record

from ..models import Contribution, Judging, Juror, Prize, Sheet, Team, TeamMember
from .telling import tell

NAMED = timedelta(days=5 * 365)
BATCH = 500


@transaction.atomic
def tell_outcome(judging_id: int) -> None:
    """A letter to each author and member: the place, the prize, what one can do now."""
    judging = Judging.objects.select_related("process__office").get(pk=judging_id)
    rows = {one["entry"]: one for one in (judging.outcome or {}).get("rows", [])}
    won = {one.contribution_id: one for one in Prize.objects.filter(process=judging.process, decided_by__isnull=False)}
    entries = Contribution.objects.filter(process=judging.process_id, reference__in=rows).select_related(
        "process__office", "account"
    )
    for row in entries.defer("search"):
        members = TeamMember.objects.filter(team__contribution=row, account__isnull=False).select_related("account")
        people = [one for one in (row.account, *(member.account for member in members)) if one is not None]
        for account in people:
            _tell(row, account, rows[str(row.reference)]["place"], won.get(row.pk), judging)


def _tell(row: Contribution, account: Account, place: int, prize: Prize | None, judging: Judging) -> None:
    with override(account.language):
        said = [_("Die Jury hat entschieden; es geht um Ihre Idee „%s“.") % row.title]
        if prize is not None:
            said.append(_("Sie haben gewonnen: %s. Herzlichen Glückwunsch.") % prize.title)
            if prize.cents and row.account_id == account.pk:
                said.append(_("Nennen Sie auf der Seite Ihrer Idee das Konto, auf das die Stadtkasse überweist."))
        elif place:
            said.append(_("Sie liegt auf Platz %s.") % place)
        said.append(_("Auf der Seite Ihrer Idee bekommen Sie eine Urkunde und sehen, wie gerechnet wurde."))
        title = _("%s: das Ergebnis") % judging.process.title[:120]
        tell(SYSTEM, row, account, title, "\n\n".join(said), f"{judging}:{row.pk}:{account.pk}")


@transaction.atomic
def forget_in_contests(account_id: int) -> None:
    """Somebody goes: marks that were counted stay without a name, notes and teams lose it. Diary: `contest.forgotten`."""
    seats, shared = Juror.objects.filter(account=account_id), TeamMember.objects.filter(account=account_id)
    if not (seats.exists() or shared.exists()):
        return
    _unname(list(seats.values_list("pk", flat=True)), list(shared.values_list("pk", flat=True)))
    record("contest.forgotten", subject=f"account:{account_id}", actor=SYSTEM)


@transaction.atomic
def unname_contests(now: datetime) -> int:
    """Five years after the outcome nobody is named any more. Returns how many rows. Diary: `contest.unnamed`."""
    old = Judging.objects.filter(published_at__lt=now - NAMED).values("process")
    seats = Juror.objects.filter(process__in=old).exclude(account=None, name="")[:BATCH]
    shared = TeamMember.objects.filter(team__contribution__process__in=old).exclude(account=None, name_shown="")[:BATCH]
    found = [one.pk for one in seats], [one.pk for one in shared]
    if done := len(found[0]) + len(found[1]):
        _unname(*found)
        record("contest.unnamed", subject="participation", actor=SYSTEM, data={"rows": done})
    return done


def _unname(jurors: list[int], members: list[int]) -> None:
    Sheet.objects.filter(juror__in=jurors).update(note="")
    Juror.objects.filter(pk__in=jurors).update(account=None, name="", role="")
    gone = TeamMember.objects.filter(pk__in=members)
    Team.objects.filter(recipient__in=gone.values("account")).update(recipient=None)
    gone.update(account=None, name_shown="", pays_to=None)
