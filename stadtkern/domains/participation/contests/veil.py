"""Who must not be named yet: in a blind contest nobody who has an entry, on any page or list, until the outcome is public."""

from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q

from stadtkern.kernel.registers.blocks import hidden

from ..models import Contribution, Judging, Process, TeamMember


def unnamed(process: str = "process") -> Q:
    """A condition about contributions (or, with the path to their process, about anything else)."""
    return (
        Q(**{f"{process}__settings__blind": "until_result"})
        & ~Q(**{f"{process}__state": Process.State.CLOSED})
        & Q(**{f"{process}__judging__published_at": None})
    )


def veiled() -> "ExpressionWrapper[Any]":
    """For a list of contributions: the author is hidden (§ 51 BMG), or nobody is named yet. Results of the city are named."""
    return ExpressionWrapper(Q(hidden()) | (unnamed() & ~Q(kind=Contribution.Kind.RESULT)), output_field=BooleanField())


def veiled_comment() -> "ExpressionWrapper[Any]":
    """For a list of comments: the same, where who speaks also has the entry."""
    members = TeamMember.objects.filter(team__contribution=OuterRef("contribution"), account=OuterRef("account"))
    theirs = Q(account=F("contribution__account")) | Q(Exists(members))
    return ExpressionWrapper(Q(hidden()) | (unnamed("contribution__process") & theirs), output_field=BooleanField())


def names_wait(process: Process | None) -> bool:
    """Whether this contest is still blind."""
    if process is None or process.settings.get("blind") != "until_result" or process.state == Process.State.CLOSED:
        return False
    return not Judging.objects.filter(process=process.pk, published_at__isnull=False).exists()
