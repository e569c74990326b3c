"""The person's lines as a file, in the manner of the Protokolldaten of XDatenschutzcockpit."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.city.profile import city

from .models import Access
from .plain import own_cases
from .purposes import field_words, purpose_words, source_words

NOTE = (
    "In Anlehnung an die Protokolldaten von XDatenschutzcockpit; nicht gegen dessen Schema geprüft. "
    "Statt der IDNr steht nichts: Die Datei enthält nur Zugriffe auf die Daten der angemeldeten Person."
)


def protocol(actor: Actor, accesses: Iterable[Access]) -> dict[str, Any]:
    """Names of data categories, never values; offices, never clerks."""
    accesses = list(accesses)
    offices = dict(Office.objects.values_list("key", "title"))
    cases = own_cases(actor, {number for access in accesses for number in access.cases})
    return {
        "art": "Protokolldaten",
        "hinweis": NOTE,
        "kommune": {"name": city().name, "ags": city().ags},
        "erstelltAm": timezone.now().isoformat(timespec="seconds"),
        "anzahl": len(accesses),
        "eintraege": [
            {
                "protokollId": access.pk,
                "zeitpunkt": access.at.isoformat(timespec="milliseconds"),
                "abrufendeStelle": _reader(actor, access, offices),
                "bereitstellendeStelle": {"name": source_words(access.source), "schluessel": access.source},
                "zweck": {"name": purpose_words(access.purpose), "schluessel": access.purpose},
                "rechtsgrundlage": access.legal_basis,
                "datenkategorien": [{"name": field_words([name]), "schluessel": name} for name in access.fields],
                "vorgaenge": [cases[number].title for number in access.cases if number in cases],
                "weg": access.channel,
                "notfall": access.emergency is not None,
                "liste": len(access.accounts) + len(access.person_keys) > 1 and not access.about,
            }
            for access in accesses
        ],
    }


def _reader(actor: Actor, access: Access, offices: dict[str, str]) -> dict[str, str]:
    if access.office:
        return {"art": "amt", "name": offices.get(access.office, access.office), "schluessel": access.office}
    if actor.account and access.actor == f"account:{actor.account.pk}":
        return {"art": "selbst", "name": "die betroffene Person"}
    if access.actor.startswith("account:"):
        return {"art": "vertretung", "name": "handelt für dieselbe Firma oder in Vertretung"}
    if access.actor.startswith("share:"):
        return {"art": "geteilt", "name": "wem die Person Link und Code gegeben hat"}
    if access.actor.startswith("client:"):
        return {"art": "dienst", "name": purpose_words(access.actor)}
    return {"art": "programm", "name": "automatisch"}
