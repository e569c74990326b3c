"""Who of a team gets the prize money: named by one of them, agreed to by all; without a team it is the author."""

from django.db import transaction
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.events.actions import record
from stadtkern.kernel.payments.actions import disbursement_of

from ..models import Contribution, Prize, Team, TeamMember
from .guard import Refused


def people_of(row: Contribution) -> list[int]:
    """Accounts of everybody who wrote it and is still there, the author first."""
    members = TeamMember.objects.filter(team__contribution=row.pk, account__isnull=False).order_by("pk")
    return [pk for pk in [row.account_id, *members.values_list("account", flat=True)] if pk is not None]


def recipient_of(row: Contribution) -> int | None:
    """Who may claim the money; None while a team has not agreed."""
    members = list(
        TeamMember.objects.filter(team__contribution=row.pk, account__isnull=False).values_list("pays_to", flat=True)
    )
    if not members:
        return row.account_id
    wanted = Team.objects.filter(contribution=row.pk).values_list("recipient", flat=True).first()
    return wanted if wanted is not None and all(one == wanted for one in members) else None


@transaction.atomic
def name_recipient(actor: Actor, contribution: Contribution, account_id: int) -> Team:
    """The author (where their account is gone: any member) names one of the team; the others are asked anew.

    Diary: `team.recipient_named`."""
    team = Team.objects.select_for_update(of=("self",)).select_related("contribution").get(contribution=contribution.pk)
    people, account = people_of(team.contribution), actor.account
    author = team.contribution.account_id
    if account is None or actor.mandate or account.pk not in people or (author is not None and account.pk != author):
        raise Team.DoesNotExist
    if account_id not in people:
        raise Refused(_("Wählen Sie jemanden aus Ihrer Gruppe."), "recipient")
    if any(disbursement_of(str(one)) for one in Prize.objects.filter(contribution=team.contribution)):
        raise Refused(_("Das Geld ist schon angefordert. Wer es bekommt, steht fest."))
    if team.recipient_id != account_id:
        team.recipient_id = account_id
        team.save(update_fields=["recipient"])
        TeamMember.objects.filter(team=team).update(pays_to=None)
        TeamMember.objects.filter(team=team, account=account).update(pays_to=account_id)
        record("team.recipient_named", subject=str(team.contribution), actor=actor.key, data={"team": team.pk})
    return team


@transaction.atomic
def agree_recipient(actor: Actor, contribution: Contribution, account_id: int) -> TeamMember:
    """A member says yes to the person on their page. Diary: `team.recipient_agreed`."""
    team = Team.objects.select_for_update(of=("self",)).get(contribution=contribution.pk)
    if actor.account is None or actor.mandate:
        raise TeamMember.DoesNotExist
    member = TeamMember.objects.select_for_update().get(team=team, account=actor.account)
    if team.recipient_id is None or team.recipient_id != account_id:
        raise Refused(_("Inzwischen ist jemand anderes vorgeschlagen. Laden Sie die Seite neu."))
    if member.pays_to_id != account_id:
        member.pays_to_id = account_id
        member.save(update_fields=["pays_to"])
        record("team.recipient_agreed", subject=f"contribution:{contribution.pk}", actor=actor.key, data={"member": member.pk})
    return member
