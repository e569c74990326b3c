"""A line of the access log as a sentence a citizen understands: who, when, what, why, on which ground."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.city.models import Office
from stadtkern.ui import words

from .models import Access, Emergency
from .purposes import CASES, WHAT, Named, actor_words, field_words, is_service, purpose_words, source_words

ADDRESS = {"street", "house_number", "postcode", "town"}


@dataclass(frozen=True)
class Look:
    """One look at the data, in plain words."""

    at: datetime
    who: str
    sentence: str
    legal_basis: str
    source: str
    fields: str
    listed: bool  # the person was one of many on a list
    mark: str = ""  # of an emergency: "wird geprüft"
    tone: str = "info"


@dataclass(frozen=True)
class Group:
    """Looks of one day about one case (or none), newest first."""

    day: date
    title: str
    url: str
    looks: list[Look]


def looks(actor: Actor, accesses: Iterable[Access]) -> list[Group]:
    """At most three queries for any number of lines: the offices, the person's own cases, the emergencies."""
    accesses = list(accesses)
    offices = _offices({access.office for access in accesses if access.office})
    cases = own_cases(actor, {number for access in accesses for number in access.cases})
    emergencies = _emergencies({access.emergency for access in accesses if access.emergency})
    groups: dict[tuple[date, str], Group] = {}
    for access in accesses:
        named = next((cases[number] for number in access.cases if number in cases), None)
        day = timezone.localtime(access.at).date()
        key = (day, named.url if named else "")
        if key not in groups:
            groups[key] = Group(day, named.title if named else "", named.url if named else "", [])
        groups[key].looks.append(_look(actor, access, offices, named, emergencies))
    return list(groups.values())


def own_cases(actor: Actor, numbers: set[int] | None) -> dict[int, Named]:
    """Titles and addresses of the person's own cases among these (None: the newest ones); asked of the room that knows."""
    return {} if numbers is not None and not numbers else {k: v for ask in CASES for k, v in ask(actor, numbers).items()}


def _offices(keys: set[str]) -> dict[str, str]:
    return dict(Office.objects.filter(key__in=keys).values_list("key", "title")) if keys else {}


def _emergencies(numbers: set[int]) -> dict[int, bool | None]:
    return dict(Emergency.objects.filter(pk__in=numbers).values_list("pk", "justified")) if numbers else {}


def _look(
    actor: Actor, access: Access, offices: dict[str, str], named: Named | None, emergencies: dict[int, bool | None]
) -> Look:
    account = actor.account.pk if actor.account else 0
    office = offices.get(access.office, "")
    mark, tone = "", "info"
    if access.emergency:
        justified = emergencies.get(access.emergency)
        mark, tone = {
            None: (_("Notfallzugriff, Grund wird geprüft"), "warning"),
            True: (_("Notfallzugriff, Grund geprüft: in Ordnung"), "info"),
            False: (_("Notfallzugriff, Grund geprüft: nicht in Ordnung"), "danger"),
        }[justified]
    return Look(
        at=access.at,
        who=actor_words(access.actor, office, account),
        sentence=sentence(access, subject(access, office, account), named),
        legal_basis=access.legal_basis,
        source=source_words(access.source),
        fields=field_words(access.fields),
        listed=not access.about and len(access.accounts) + len(access.person_keys) > 1,
        mark=mark,
        tone=tone,
    )


def sentence(access: Access, who: str, named: Named | None) -> str:
    """Das Bürgeramt hat am 24.11.2026 um 14:32 Uhr Ihre Anschrift angesehen, um Ihren Antrag „Hund anmelden“ zu bearbeiten."""
    when = words.moment(timezone.localtime(access.at))
    parts = {"who": who, "when": when, "what": what(access.fields), "why": why(access, named)}
    if access.channel == Access.Channel.TRANSFER:
        return _("%(who)s hat am %(when)s %(what)s an die zuständige Behörde übergeben, %(why)s.") % parts
    if access.channel == Access.Channel.EXPORT:
        return _("%(who)s hat am %(when)s %(what)s als Datei geholt, %(why)s.") % parts
    if access.channel == Access.Channel.DOCUMENT:
        return _("%(who)s hat am %(when)s %(what)s geöffnet, %(why)s.") % parts
    if not access.about and len(access.accounts) > 1:
        return _("%(who)s hat am %(when)s eine Liste angesehen, auf der Sie stehen (%(what)s), %(why)s.") % parts
    return _("%(who)s hat am %(when)s %(what)s angesehen, %(why)s.") % parts


def subject(access: Access, office: str, account: int) -> str:
    """Who, at the beginning of a sentence; an office, never the name of a clerk."""
    if access.actor == f"account:{account}":
        return _("Ihr eigenes Konto")
    if access.actor.startswith("account:"):
        return _("Jemand, der für dieselbe Firma oder in Ihrem Auftrag handelt,")
    if access.actor.startswith("client:"):
        return _("Der Dienst „%s“, dem Sie das erlaubt haben,") % purpose_words(access.actor)
    if access.actor.startswith("share:"):
        return _("Jemand, mit dem Sie diese Angabe geteilt haben,")
    if not access.actor.startswith("staff:"):
        return _("Unser Programm")
    return with_article(office) if office else _("Jemand von der Stadt")


def with_article(title: str) -> str:
    """ "Das Bürgeramt"; where the ending does not tell the article, a word in front that has one."""
    if get_language() == "en":
        return title
    first, last = title.split(" ")[0].casefold(), title.split(" ")[0].casefold()
    if last.endswith("amt") or first == "amt":
        return f"Das {title}"
    if last.endswith(("stelle", "behörde", "abteilung", "kasse", "kämmerei", "feuerwehr", "verwaltung")):
        return f"Die {title}"
    if last.startswith(("fachbereich", "fachdienst", "eigenbetrieb")):
        return f"Der {title}"
    return f"Die Stelle „{title}“"


def what(fields: Sequence[str]) -> str:
    """ "Ihre Anschrift und Ihr Geburtsdatum": known fields as people say them, the others by name."""
    left = [name for name in fields if name not in ADDRESS]
    parts = [str(WHAT["address"])] if len(left) < len(fields) else []
    parts += [str(WHAT[name]) for name in left if name in WHAT]
    if unknown := [name for name in left if name not in WHAT]:
        parts.append(_("diese Angaben: %s") % field_words(unknown))
    parts = list(dict.fromkeys(parts)) or [_("Ihre Daten")]
    return parts[0] if len(parts) == 1 else _("%(some)s und %(last)s") % {"some": ", ".join(parts[:-1]), "last": parts[-1]}


def why(access: Access, named: Named | None) -> str:
    reasons: dict[str, Any] = {
        "desk": _("um die Arbeit im Amt einzuteilen"),
        "search": _("um einen Antrag zu finden"),
        "inbox": _("um Ihre Post zu bearbeiten"),
        "payments": _("um eine Zahlung zu klären"),
        "operation": _("um eine technische Störung zu klären"),
        "oversight": _("um zu prüfen, wer Ihre Daten angesehen hat"),
        "representation": _("um etwas für diese Firma oder für Sie zu erledigen"),
        "share": _("weil Sie Link und Code weitergegeben haben"),
        "report": _("um Ihre Auskunft zusammenzustellen"),
        "own": _("um Ihnen Ihre Einträge zu zeigen"),
        "mandate": _("um zu klären, wer für wen handeln darf"),
    }
    if access.emergency:
        return _("im Notfall, ohne dafür zuständig zu sein")
    if access.actor.startswith("client:"):
        return _("um Sie dort anzumelden")
    if access.purpose in reasons:
        return str(reasons[access.purpose])
    if is_service(access.purpose):
        title = named.title if named else purpose_words(access.purpose)
        return _("um Ihren Antrag „%s“ zu bearbeiten") % title
    return _("Zweck: %s") % purpose_words(access.purpose)
