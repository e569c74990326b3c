"""Whose an appointment or an entry of the waiting list is: one rule for both."""

from django.db.models import Q

from stadtkern.kernel.accounts.access import Actor


def owned_by(actor: Actor, holder: str = "") -> Q:
    """Of the signed-in person, the company or the one acted for; without an account, of this browser."""
    own = Q(pk__in=[])
    if actor.account:
        own = Q(company=actor.company) if actor.company else Q(account=actor.account, company=None)
    if actor.mandate:
        own = Q(mandate=actor.mandate.pk)
    if keys := [key for key in (holder, *actor.draft_keys) if key]:
        own |= Q(account=None, company=None, holder__in=keys)
    return own
