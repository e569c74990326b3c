"""A case as its applicant knows it, for the data cockpit, which lies below and cannot ask."""

from collections.abc import Collection

from django.urls import reverse

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.privacy.purposes import Named

from .models import Case, Status
from .text import service_title

MOST = 50


def cases_of_person(actor: Actor, numbers: set[int] | None) -> dict[int, Named]:
    """Own cases among these ids, or the newest ones that were sent; one query."""
    if actor.account is None:
        return {}
    mine = Case.objects.filter(account=actor.account.pk)
    rows = mine.filter(pk__in=numbers) if numbers is not None else mine.exclude(status=Status.DRAFT)
    found = rows.order_by("-pk").values_list("pk", "service", "reference")[:MOST]
    return {
        number: Named(f"{service_title(service)} ({reference})", reverse("cases:track", args=[reference]))
        for number, service, reference in found
    }


def desk_pages(abouts: Collection[str]) -> dict[str, tuple[str, str]]:
    """ "case:17" -> reference and the clerk's page; one query. Who may open it is decided there."""
    numbers = {int(one[5:]) for one in abouts if one.startswith("case:") and one[5:].isdecimal() and len(one) < 24}
    found = Case.objects.filter(pk__in=numbers).exclude(status=Status.DRAFT).values_list("pk", "reference")
    return {f"case:{number}": (reference, reverse("cases:desk_case", args=[reference])) for number, reference in found}
