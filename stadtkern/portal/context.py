"""What every page's frame shows: the city, who acts, the way around. No query for a visitor."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext, gettext_lazy

from stadtkern.kernel import manifest
from stadtkern.kernel.accounts.access import Actor, actor_of
from stadtkern.kernel.accounts.models import Role, Trust
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.inbox.models import Message

from .look import look_url

SOURCE_URL = "https://gitlab.opencode.de/stadtkern/stadtkern"
THEMES = ("light", "dark")
TRUST_HINTS = {
    Trust.BASIC: gettext_lazy("Angemeldet mit Passwort."),
    Trust.SUBSTANTIAL: gettext_lazy("Angemeldet mit geprüfter Identität."),
    Trust.HIGH: gettext_lazy("Angemeldet mit dem Online-Ausweis."),
}


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of the base template; lazy, so that pages without a frame (fragments, API) pay nothing."""
    actor = actor_of(request)
    unread = SimpleLazyObject(lambda: count_unread(actor))  # one query for badge and page together
    theme = request.COOKIES.get("theme")
    return {
        "city": city(),
        "city_title": texts().get("title", city().name),
        "texts": texts(),
        "actor": actor,
        "theme": theme if theme in THEMES else "",
        "demo": settings.DEMO,
        "look_url": look_url(),
        "source_url": city().raw.get("source", SOURCE_URL),
        "trust_hint": TRUST_HINTS.get(actor.trust, ""),
        "navigation": SimpleLazyObject(lambda: navigation(actor, request.path, unread)),
        "unread": unread,
        "account_links": SimpleLazyObject(account_links),
    }


def texts() -> dict[str, str]:
    """The city's own words in the reader's language; German where there is no translation."""
    return city().texts_in(get_language() or "de")


def navigation(actor: Actor, path: str, unread: Any = 0) -> list[dict[str, Any]]:
    """The main ways through the house for this actor; at most one query (unread post)."""
    places: list[tuple[str, str, Any]] = [
        (gettext("Leistungen"), "services:list", 0),
        (gettext("Termin buchen"), "appointments:matters", 0),
    ]
    if actor.account:
        places += [(gettext("Meine Stadt"), "portal:my_city", 0), (gettext("Post"), "inbox:list", unread)]
    if actor.staff and actor.staff.role in (Role.CLERK, Role.LEAD):
        places.append((gettext("Schreibtisch"), "cases:desk", 0))
        places.append((gettext("Schalter"), "counter:home", 0))
        if actor.staff.office.key == city().raw.get("payments", {}).get("office", "stadtkasse"):
            places.append((gettext("Stadtkasse"), "payments:cash", 0))
    if actor.staff and actor.staff.role in (Role.EDITOR, Role.LEAD):
        places.append((gettext("Redaktion"), "services:edit_home", 0))
    if actor.staff and actor.staff.role == Role.OPERATOR:
        places.append((gettext("Betrieb"), "operate:home", 0))
    role = actor.staff.role if actor.staff else ""
    office = actor.staff.office.key if actor.staff else ""
    places += [(gettext(link.title), link.view, 0) for link in manifest.links(actor.account is not None, role, office)]
    links = [(title, url, count) for title, view, count in places if (url := address(view))]
    nearest = max((url for _title, url, _count in links if path.startswith(url)), key=len, default="")
    return [
        {"title": title, "url": url, "count": count, "here": ("page" if path == url else "true") if url == nearest else ""}
        for title, url, count in links
    ]


def count_unread(actor: Actor) -> int:
    """Letters not yet opened; stops counting at 99."""
    return len(Message.objects.of_person(actor).unread().values_list("pk")[:99]) if actor.account else 0


def account_links() -> list[dict[str, str]]:
    """The ways to what is mine: account, companies, who saw my data."""
    places = [
        (gettext("Konto und Sicherheit"), "accounts:overview"),
        (gettext("Zahlungen"), "payments:list"),
        (gettext("Mein Tresor"), "vault:overview"),
        (gettext("Für andere handeln"), "accounts:companies"),
        (gettext("Wer hat meine Daten gesehen?"), "privacy:accesses"),
    ]
    return [{"title": title, "url": url} for title, view in places if (url := address(view))]


def address(view: str) -> str:
    """URL of a page, or nothing where this installation has no such page."""
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""
