"""Teams: several people send one entry. Invited by a code, joined from the own account, asked before it is sent."""

import hashlib

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.registers.blocks import is_hidden
from stadtkern.lib.ids import drawn

from ..models import Contribution, Judging, Process, Team, TeamMember
from .guard import Refused, locked, tidy

State = Contribution.State
MOST_MEMBERS, CODE = 11, 10


def text_digest(row: Contribution) -> str:
    """What people agree to: a change of one letter asks them again."""
    parts = (row.title, row.text, str(row.category_id or ""), row.address, str(row.cost_cents or ""))
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def agreed_by_all(row: Contribution) -> None:
    """Before an entry is sent. Raises Refused with how many are missing."""
    if row.pk is None:
        return  # a group is founded on a draft
    missing = TeamMember.objects.filter(team__contribution=row.pk).exclude(agreed_to=text_digest(row))
    if waiting := missing.count():
        raise Refused(
            _(
                "Alle in Ihrer Gruppe müssen diesem Text zustimmen; %s fehlen noch. Speichern Sie ihn als "
                "Entwurf, dann lesen ihn die anderen."
            )
            % waiting
        )


@transaction.atomic
def found_team(actor: Actor, draft: Contribution) -> Team:
    """The author of a draft begins a team. A second time finds the first. Diary: `team.founded`."""
    row = _own_draft(actor, draft)
    if row.process is None or not row.process.settings.get("teams"):
        raise Refused(_("In diesem Verfahren gibt es keine Gruppen."))
    if known := Team.objects.filter(contribution=row).first():
        return known
    made = Team.objects.create(contribution=row, code=drawn(CODE))
    record("team.founded", subject=str(row), actor=actor.key, data={"team": made.pk})
    return made


@transaction.atomic
def renew_code(actor: Actor, team: Team) -> Team:
    """The old code opens nothing any more. Diary: `team.code_renewed`."""
    row = _locked(team)
    _own_draft(actor, row.contribution)
    row.code = drawn(CODE)
    row.save(update_fields=["code"])
    record("team.code_renewed", subject=str(row.contribution), actor=actor.key)
    return row


@transaction.atomic
def join_team(actor: Actor, team: Team, name: object) -> TeamMember:
    """Somebody with the code takes part, named as they wish. Diary: `team.joined`."""
    row, account = _locked(team), _person(actor)
    if row.contribution.state != State.DRAFT:
        raise Refused(_("Diese Idee ist schon abgeschickt. Zur Gruppe kommt niemand mehr dazu."))
    if row.contribution.account_id == account.pk:
        raise Refused(_("Das ist Ihr eigener Entwurf: Sie gehören schon zur Gruppe."))
    if known := TeamMember.objects.filter(team=row, account=account).first():
        return known
    if row.members.count() >= MOST_MEMBERS:
        raise Refused(_("In dieser Gruppe sind schon %s Personen.") % (MOST_MEMBERS + 1))
    try:
        with transaction.atomic():
            made = TeamMember.objects.create(team=row, account=account, name_shown=_named(account, name))
    except IntegrityError as error:  # two tabs
        raise Refused(_("Sie gehören schon zur Gruppe. Laden Sie die Seite neu.")) from error
    record("team.joined", subject=str(row.contribution), actor=actor.key, data={"member": made.pk})
    return made


@transaction.atomic
def rename_member(actor: Actor, member: TeamMember, name: object) -> TeamMember:
    """How one wants to be named, at any time. Diary: `team.member_renamed`."""
    row = _mine(actor, member)
    row.name_shown = _named(_person(actor), name)
    row.save(update_fields=["name_shown"])
    record("team.member_renamed", subject=str(row.team.contribution), actor=actor.key, data={"member": row.pk})
    return row


@transaction.atomic
def agree(actor: Actor, member: TeamMember, digest: str) -> TeamMember:
    """Yes to the text as it stands on the page. Diary: `team.agreed`."""
    row = _mine(actor, member)
    contribution = locked(row.team.contribution_id)
    if contribution.state != State.DRAFT:
        raise Refused(_("Diese Idee ist schon abgeschickt."))
    if digest != text_digest(contribution):
        raise Refused(_("Der Text hat sich inzwischen geändert. Bitte lesen Sie ihn noch einmal."))
    row.agreed_to, row.agreed_at = digest, timezone.now()
    row.save(update_fields=["agreed_to", "agreed_at"])
    record("team.agreed", subject=str(contribution), actor=actor.key, data={"member": row.pk})
    return row


@transaction.atomic
def leave_team(actor: Actor, member: TeamMember) -> None:
    """One leaves, or the author of the draft takes somebody out. Not once the outcome is published. Diary: `team.left`."""
    row = TeamMember.objects.select_for_update(of=("self",)).select_related("team__contribution").get(pk=member.pk)
    contribution, account = row.team.contribution, _person(actor)
    author = contribution.account_id == account.pk and contribution.state == State.DRAFT
    if row.account_id != account.pk and not author:
        raise TeamMember.DoesNotExist
    if Judging.objects.filter(process=contribution.process_id, published_at__isnull=False).exists():
        raise Refused(_("Das Ergebnis ist veröffentlicht. Ihren Namen können Sie noch ändern."))
    record("team.left", subject=str(contribution), actor=actor.key, data={"member": row.pk})
    row.delete()


def is_of_team(account_id: int | None, contribution: Contribution) -> bool:
    """Wrote it, or with others."""
    if account_id is None:
        return False
    members = TeamMember.objects.filter(team__contribution=contribution.pk, account=account_id)
    return contribution.account_id == account_id or members.exists()


def entries_of(account_id: int | None, process: Process) -> set[int]:
    """All entries of this person in a process, own and shared."""
    if account_id is None:
        return set()
    mine = Contribution.objects.filter(process=process.pk, account=account_id).values_list("pk", flat=True)
    shared = TeamMember.objects.filter(team__contribution__process=process.pk, account=account_id)
    return {*mine, *shared.values_list("team__contribution", flat=True)}


def _named(account: Account, name: object) -> str:
    """As they wish; never the name of somebody who is hidden (§ 51 BMG)."""
    wanted = tidy(name, 60)
    return "" if is_hidden(account.pk) and wanted.casefold() == account.name.casefold() else wanted


def _person(actor: Actor) -> Account:
    if actor.account is None or actor.mandate:
        raise Refused(_("Bitte melden Sie sich an. In einer Gruppe macht jede Person mit dem eigenen Konto mit."), sign_in=True)
    return actor.account


def _own_draft(actor: Actor, draft: Contribution) -> Contribution:
    row = locked(draft.pk, Contribution.objects.of_author(actor))
    if actor.account is None:
        raise Refused(_("Bitte melden Sie sich an. Eine Gruppe braucht ein Konto."), sign_in=True)
    if row.state != State.DRAFT:
        raise Refused(_("Diese Idee ist schon abgeschickt. Die Gruppe steht fest."))
    return row


def _mine(actor: Actor, member: TeamMember) -> TeamMember:
    rows = TeamMember.objects.select_for_update(of=("self",)).select_related("team__contribution")
    return rows.get(pk=member.pk, account=_person(actor).pk)


def _locked(team: Team) -> Team:
    return Team.objects.select_for_update(of=("self",)).select_related("contribution__process").get(pk=team.pk)
