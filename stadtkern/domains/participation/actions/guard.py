"""What every action shares: refusal in a sentence, rows locked, text that can be kept."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import DESK_ROLES, Account, Staff

from ..eligibility import Verdict, current, may
from ..models import Contribution, ContributionQuerySet, Phase, Process

_WRITTEN = """
SELECT (SELECT count(*) FROM participation_contribution WHERE account_id = %s AND submitted_at > %s)
     + (SELECT count(*) FROM participation_comment WHERE account_id = %s AND created_at > %s)
"""  # both in one question: it is asked before every text that is sent
MOST_WRITES = 60  # contributions, comments, complaints of one person or network in an hour


class Refused(Exception):
    """Not possible; the message is for the person at the screen and says what to do. `field`: where, in a form."""

    def __init__(self, message: str, field: str = "", *, sign_in: bool = False) -> None:
        super().__init__(message)
        self.field, self.sign_in = field, sign_in


def tidy(text: object, most: int) -> str:
    """Text PostgreSQL can keep (no NUL, no half surrogates), without blanks around it, not longer than that."""
    plain = str(text or "").replace("\x00", "").encode("utf-8", "ignore").decode()
    return plain.replace("\r\n", "\n").strip()[:most]


def checked(verdict: Verdict) -> None:
    """Go on, or be refused with the reason."""
    if not verdict.ok:
        raise Refused(verdict.because, sign_in=verdict.sign_in)


def written_lately(account: Account) -> int:
    """How many texts this person has sent in the last hour."""
    since = timezone.now() - timedelta(hours=1)
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN, [account.pk, since, account.pk, since])
        return int(cursor.fetchone()[0])


def now_allows(actor: Actor, process: Process, action: str) -> Phase:
    """The running phase, where it allows this to this actor."""
    if process.audience == Process.Audience.STAFF and actor.staff is None:
        raise Process.DoesNotExist
    phase = current(process.phases.all(), timezone.now())
    checked(may(actor, phase, action, process=process))
    assert phase is not None
    return phase


def locked(contribution_id: int, among: ContributionQuerySet | None = None) -> Contribution:
    """The row, locked until the transaction ends, with its process. Raises Contribution.DoesNotExist."""
    rows = Contribution.objects.all() if among is None else among
    return rows.select_for_update(of=("self",)).select_related("process").defer("search").get(pk=contribution_id)


def moderator(actor: Actor, row: Contribution) -> Staff:
    """A clerk of the office in charge who did not write it; everybody else learns nothing (DoesNotExist)."""
    staff = actor.staff
    if staff is None or staff.role not in DESK_ROLES:
        raise Contribution.DoesNotExist
    if row.process_id is not None and (row.process is None or row.process.office_id != staff.office_id):
        raise Contribution.DoesNotExist
    if row.account_id is not None and actor.account is not None and row.account_id == actor.account.pk:
        raise Refused(_("Das ist Ihr eigener Beitrag. Bitte geben Sie ihn an eine Kollegin oder einen Kollegen."))
    return staff


def owned(actor: Actor, process: Process) -> Staff:
    """A clerk of the office that runs this process."""
    staff = actor.staff
    if staff is None or staff.role not in DESK_ROLES or staff.office_id != process.office_id:
        raise Process.DoesNotExist
    return staff
