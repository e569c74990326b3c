"""What participation holds about the person who asks (Art. 15 GDPR)."""

from typing import Any

from stadtkern.kernel.accounts.access import Actor

from .actions.voting import took_part
from .models import (
    AreaWatch,
    Comment,
    Complaint,
    Conflict,
    Consent,
    Contribution,
    Follow,
    Juror,
    PointsAccount,
    PointsLine,
    Report,
    ReportFollow,
    Sheet,
    Signature,
    Stance,
    Statement,
    Support,
    TeamMember,
    Turn,
    Voucher,
)

MOST = 5000
OWN = ("reference", "process__title", "title", "text", "state", "author_shown", "address", "created_at", "submitted_at")


def report(actor: Actor) -> dict[str, Any]:
    """Contributions, comments, supports, what one follows and complained about; newest first."""
    mine = {"account": actor.account}
    return {
        "contributions": list(Contribution.objects.filter(**mine).order_by("-pk").values(*OWN)[:MOST]),
        "comments": list(
            Comment.objects.filter(**mine).order_by("-pk").values("contribution__title", "text", "state", "created_at")[:MOST]
        ),
        "supports": list(Support.objects.filter(**mine).order_by("-pk").values("contribution__title", "at")[:MOST]),
        "follows": list(
            Follow.objects.filter(**mine).order_by("-pk").values("process__title", "contribution__title", "at")[:MOST]
        ),
        "opinions": list(
            Stance.objects.filter(voice__account=actor.account)
            .order_by("-pk")
            .values("statement__process__title", "statement__text", "value", "at")[:MOST]
        ),
        "mergings": list(
            Consent.objects.filter(**mine)
            .order_by("-pk")
            .values("merging__source__title", "merging__target__title", "role", "agrees", "answered_at")[:MOST]
        ),
        "reports": list(
            Report.objects.filter(contribution__account=actor.account)
            .order_by("-pk")
            .values("contribution__reference", "category", "state", "reported_at", "contribution__lat", "contribution__long")[
                :MOST
            ]
        ),
        "report_follows": list(
            ReportFollow.objects.filter(**mine)
            .order_by("-pk")
            .values("report__contribution__reference", "reporter", "at")[:MOST]
        ),
        "areas": list(AreaWatch.objects.filter(**mine).values("district", "lat", "long", "radius", "categories", "at")[:MOST]),
        "votes": took_part(actor),  # that, never what: nobody can tell
        "signatures": list(
            Signature.objects.filter(**mine)
            .order_by("-pk")
            .values("petition__contribution__title", "name_shown", "wants_post", "at")[:MOST]
        ),
        **_contests(actor),
        **_points(actor),
        "statements": list(
            Statement.objects.filter(contribution__account=actor.account)
            .order_by("-pk")
            .values("process__title", "number", "sender", "organisation", "received_date", "confidential", "told_at")[:MOST]
        ),
        "surveys": list(  # that, never what: nobody can tell
            Turn.objects.filter(**mine).order_by("-pk").values("process__title", "draft", "saved_at", "sent_date")[:MOST]
        ),
        "complaints": list(Complaint.objects.filter(**mine).order_by("-pk").values("reason", "text", "at")[:MOST]),
    }


def _contests(actor: Actor) -> dict[str, Any]:
    """Teams, places in juries with what one gave, where one is partial."""
    seat = ("process__title", "name", "role", "accepted_at", "closed_at")
    mine, seats = {"account": actor.account}, {"juror__account": actor.account}
    teams = TeamMember.objects.filter(**mine).order_by("-pk")
    return {
        "teams": list(teams.values("team__contribution__title", "name_shown", "joined_at", "agreed_at")[:MOST]),
        "juries": list(Juror.objects.filter(**mine).values(*seat)[:MOST]),
        "sheets": list(Sheet.objects.filter(**seats).values("contribution__title", "points", "note", "saved_at")[:MOST]),
        "conflicts": list(Conflict.objects.filter(**seats).values("contribution__title", "kind", "at")[:MOST]),
    }


def _points(actor: Actor) -> dict[str, Any]:
    """The ledger of points, whole, and its vouchers."""
    ledger = PointsAccount.objects.filter(account=actor.account).first()
    if ledger is None:
        return {"points": [], "vouchers": []}
    lines = PointsLine.objects.filter(ledger=ledger)
    vouchers = Voucher.objects.filter(ledger=ledger)
    return {
        "points": list(lines.values("source", "about", "points", "at")[:MOST]),
        "vouchers": list(vouchers.values("title", "points", "code", "state", "made_at", "until_date", "settled_at")[:MOST]),
    }
