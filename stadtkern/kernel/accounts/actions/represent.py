"""Acting for a company: a fact of the session, checked against the membership in every request."""

from django.db import transaction
from django.http import HttpRequest

from stadtkern.kernel.events.actions import record

from ..access import actor_of
from ..models import Company, Membership


class NotAMember(PermissionError):
    """This account may not act for this company."""


@transaction.atomic
def act_for(request: HttpRequest, company: Company | None) -> None:
    """From now on this session acts for the company; None: for the person again."""
    actor = actor_of(request)
    if actor.account is None:
        raise NotAMember
    if company and not Membership.objects.filter(account=actor.account, company=company).exists():
        raise NotAMember
    if company:
        request.session["acting_for"] = company.pk
    else:
        request.session.pop("acting_for", None)
    request.session.pop("mandate", None)
    del request._actor  # type: ignore[attr-defined]
    data = {"company": company.pk if company else None}
    record("account.acted_for", subject=f"account:{actor.account.pk}", actor=actor.key, data=data)
