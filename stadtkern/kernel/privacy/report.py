"""The report to the person (Art. 15 GDPR): every room adds what it holds, as plain JSON values."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Q
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Mandate, Person
from stadtkern.kernel.city.profile import city

from .models import Access, Consent, Emergency

Part = Callable[[Actor], Any]
# Room -> its part; filled once at start by site/wiring.py from every room's report.py (`def report(actor)`).
PARTS: dict[str, Part] = {}
MOST = 10_000  # lines of one list; more is a case for the data protection office


def compose(actor: Actor) -> dict[str, Any]:
    """Everything the platform holds about the person who asks; JSON-ready apart from dates."""
    return {
        "city": city().name,
        "made_at": timezone.now(),
        "account": _account(actor),
        "privacy": report(actor),
        **{room: part(actor) for room, part in PARTS.items()},
    }


def _account(actor: Actor) -> dict[str, Any]:
    account = actor.account
    assert account is not None
    row = Account.objects.filter(pk=account.pk).values("email", "name", "language", "created_at").get()
    hidden = {"id", "account", "account_id"}
    person: Mapping[str, Any] = Person.objects.filter(account=account).values().first() or {}
    mandates = list(
        Mandate.objects.filter(Q(agent=account) | Q(principal=account)).values(
            "kind",
            "title",
            "services",
            "proof",
            "reference",
            "valid_from",
            "valid_until",
            "accepted_at",
            "used_at",
            "revoked_at",
        )
    )
    companies = list(account.memberships.values("company__name", "role"))
    elsewhere = list(account.identities.values("means", "subject", "trust", "post_box", "linked_at", "used_at"))
    told = {k: v for k, v in person.items() if k not in hidden}
    return {**row, "person": told, "companies": companies, "mandates": mandates, "sign_ins_elsewhere": elsewhere}


def report(actor: Actor) -> dict[str, Any]:
    """This room's own part: consents, looks at the data, and whether a broken glass was found to be justified (not why)."""
    assert actor.account is not None
    consents = Consent.objects.filter(account=actor.account).order_by("-id")
    emergencies = Emergency.objects.filter(account=actor.account.pk).order_by("-id")
    accesses = Access.objects.about_person(actor, limit=MOST)
    names = ("at", "actor", "office", "purpose", "legal_basis", "source", "fields", "about")
    told = ("purpose", "evidence", "fields", "legal_basis", "about", "given_at", "revoked_at")
    return {
        "consents": list(consents.values(*told)[:MOST]),
        "accesses": [{name: getattr(access, name) for name in names} for access in accesses],
        "emergencies": list(emergencies.values("at", "until", "office", "reviewed_at", "justified")[:MOST]),
    }
