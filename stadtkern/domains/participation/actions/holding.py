"""What an announced vote holds fast of the plan: its phase stays, once somebody has voted, also who may vote and from when."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from ..eligibility import by_register
from ..models import Phase, Poll, Process, Turnout
from .guard import Refused


def announced(process: Process) -> Poll | None:
    """The announced vote of a process. Its row is locked, before that of the process: nobody votes or counts in between."""
    poll = Poll.objects.select_for_update().filter(process=process).first()
    return poll if poll and poll.state == Poll.State.READY else None


def held(poll: Poll | None, was: Phase | None, will: Phase | None) -> None:
    """Raises Refused for a change of the plan that would undo an announced vote. None: a phase that is new, or that goes."""
    voted = was if was and "vote" in was.allows else None
    votes = will if will and "vote" in will.allows else None
    if poll is None or not (voted or votes):
        return
    if voted and (votes is None or (votes.ends_at <= timezone.now() and _minute(votes.ends_at) != _minute(voted.ends_at))):
        raise Refused(
            _("Der Stimmzettel ist angekündigt: Diese Phase muss das Abstimmen erlauben und darf nicht schon zu Ende sein."),
            "ends_at",
        )
    if Turnout.objects.filter(poll=poll).exists() and _rule(voted) != _rule(votes):
        raise Refused(_("Es haben schon Menschen abgestimmt: Wer abstimmen darf und ab wann, steht fest."), "starts_at")
    if votes:
        one_register(poll, votes)


def one_register(poll: Poll, phase: Phase) -> None:
    """Letters and paper go to people of the register. Accounts must be known there too, or one person would vote twice."""
    if (poll.letters or poll.paper) and not by_register(phase.who):
        raise Refused(
            _(
                "Briefe und Papier gibt es nur, wenn abstimmt, wer hier gemeldet ist: Sonst könnte jemand mit Brief und Konto "
                "zweimal abstimmen. Ändern Sie, wer abstimmen darf, oder schalten Sie Briefe und Papier aus."
            )
        )


def _rule(phase: Phase | None) -> tuple[object, ...]:
    """Who and from when; what a rule says without need (an account, no trust) is no change."""
    if phase is None:
        return ()
    said = {key: value for key, value in phase.who.items() if (key, value) not in (("account", True), ("trust", "none"))}
    return said, _minute(phase.starts_at)


def _minute(moment: datetime) -> datetime:
    """As precise as the form."""
    return moment.replace(second=0, microsecond=0)
