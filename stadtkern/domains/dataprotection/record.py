"""The record of processing (Art. 30 Abs. 1 DSGVO): made from services and purposes whenever it is read."""

import csv
import importlib.util
import io
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.privacy.purposes import PURPOSES, source_words
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.service import AUDIENCES, Service
from stadtkern.lib.forms.model import Kind, fields

# Words in questions that point to Art. 9 and 10 DSGVO; a hint to look, no judgement.
SPECIAL = ("gesundheit", "krank", "behinder", "diagnos", "religion", "konfession", "kirche", "straf", "gewerkschaft", "biometr")


@dataclass(frozen=True)
class Entry:
    """One processing activity; lists are words for people."""

    key: str
    kind: str  # service · platform
    title: str
    office: str
    purpose: str
    legal_basis: str
    data: list[str]
    people: list[str]
    recipients: list[str]
    third_countries: str
    retention: str
    measures: list[str]
    gaps: list[str]  # what is missing: tasks for the officer
    assess: list[str]  # why an impact assessment (Art. 35) may be needed


def entries() -> list[Entry]:
    """All services, then what the platform does for itself."""
    offices = dict(Office.objects.values_list("key", "title"))
    found = [_of_service(service, offices) for _key, service in sorted(catalogue.all_services().items())]
    found.sort(key=lambda entry: entry.title.casefold())
    return [*found, *(_of_purpose(key) for key in PURPOSES)]


def _of_service(service: Service, offices: dict[str, str]) -> Entry:
    said = service.in_language(get_language() or "de")
    basis = service.legal_basis or service.decision.legal_basis
    asked, labels = _asked(said)
    gaps = []
    if not basis:
        gaps.append(_("Rechtsgrundlage fehlt"))
    if not service.keep.because:
        gaps.append(_("Grund der Aufbewahrung fehlt"))
    if service.office not in offices:
        gaps.append(_("Die zuständige Stelle gibt es nicht"))
    if not labels:
        gaps.append(_("Das Formular lässt sich nicht lesen"))
    return Entry(
        key=service.key,
        kind="service",
        title=said.title,
        office=offices.get(service.office, service.office),
        purpose=said.teaser,
        legal_basis=basis,
        data=labels,
        people=_people(service),
        recipients=_recipients(service, offices),
        third_countries=_("keine"),
        retention=_("%(years)s Jahre nach dem Ende des Jahres, in dem der Vorgang endet: %(because)s")
        % {"years": service.keep.years, "because": service.keep.because},
        measures=[
            *_measures(),
            *_of_trust(service),
            *([_("Schutz vor Schadprogrammen in Dateien")] if Kind.FILE in asked else []),
        ],
        gaps=gaps,
        assess=_assess(service, labels),
    )


def _asked(service: Service) -> tuple[set[Kind], list[str]]:
    try:
        found = [field for _path, field in fields(service.form) if field.kind is not Kind.LABEL]
    except Exception:  # a federal form that cannot be read is a gap, not an error of this page
        return set(), []
    return {field.kind for field in found}, list(dict.fromkeys(field.label for field in found if field.label))


def _people(service: Service) -> list[str]:
    if service.anonymous:
        return [_("Hinweisgebende, soweit sie sich nennen"), _("Menschen, um die es im Hinweis geht")]
    found = [str(AUDIENCES[one]) for one in service.audiences if one in AUDIENCES]
    return [*found, _("Menschen, die im Antrag vorkommen")]


def _recipients(service: Service, offices: dict[str, str]) -> list[str]:
    found = [offices.get(service.decision.by, service.decision.by)]
    registers = sorted(
        {origin.partition(".")[0] for origin in service.written_prefill.values() if origin != "none"} - {"account"}
    )
    found += [_("%s, wird mit Einwilligung gefragt") % source_words(one) for one in registers]
    if service.send.to:
        table = city().raw.get("exchange", {}).get("destinations", {}).get(service.send.to, {})
        found.append(str(table.get("title") or service.send.to))
    if service.has_fee:
        found.append(_("Zahlungsdienst (nur Betrag und Kassenzeichen)"))
    if getattr(service, "credential", None):
        found.append(_("die eigene Brieftasche der Person (Nachweis auf Wunsch)"))
    return [*dict.fromkeys(found), *(f"{one['name']} ({one['task']})" for one in processors())]


def processors() -> list[dict[str, str]]:
    """Who works on behalf of the city (Art. 28 DSGVO): `[[privacy.processors]]` in city.toml with name and task."""
    found = city().raw.get("privacy", {}).get("processors", [])
    return [{"name": str(one["name"]), "task": str(one["task"])} for one in found if "name" in one and "task" in one]


def _measures() -> list[str]:
    sealed = importlib.util.find_spec("stadtkern.kernel.privacy.sealing") is not None
    return [
        _("Zugriff nur für das zuständige Amt, alles andere ist gesperrt"),
        _("Jeder Blick in einen Vorgang steht im Protokoll; die Person kann ihn lesen"),
        _("Verschlüsselte Übertragung"),
        *([_("Verschlüsselte Ablage mit einem Schlüssel je Person")] if sealed else []),
        _("Löschung nach Ablauf der Frist, von selbst"),
    ]


def _of_trust(service: Service) -> list[str]:
    words = {
        Trust.NONE: [],
        Trust.BASIC: [_("Anmeldung mit Konto")],
        Trust.SUBSTANTIAL: [_("Nachweis der Identität")],
        Trust.HIGH: [_("Nachweis der Identität mit dem Online-Ausweis")],
    }
    return words[service.trust]


def _assess(service: Service, labels: list[str]) -> list[str]:
    """Hints from Art. 35 Abs. 3 DSGVO."""
    found = []
    if service.decision.automatic:
        found.append(_("Entscheidung ohne einen Menschen (%s)") % service.decision.automatic)
    text = " ".join([service.title, service.teaser, *labels]).casefold()
    if words := [word for word in SPECIAL if word in text]:
        found.append(_("vielleicht besondere Daten (Art. 9, 10 DSGVO): „%s“ kommt vor") % words[0])
    return found


def _of_purpose(key: str) -> Entry:
    purpose = PURPOSES[key]
    basis = str(purpose.legal_basis)
    return Entry(
        key=key,
        kind="platform",
        title=str(purpose.title),
        office=city().texts.get("title", city().name),
        purpose=str(purpose.title),
        legal_basis=basis,
        data=[str(purpose.what)],
        people=[_("Menschen mit Konto")],
        recipients=[f"{one['name']} ({one['task']})" for one in processors()] or [_("keine")],
        third_countries=_("keine"),
        retention=str(purpose.how_long),
        measures=_measures(),
        gaps=[] if basis and str(purpose.how_long) else [_("Rechtsgrundlage oder Frist fehlt")],
        assess=[],
    )


def responsible() -> dict[str, str]:
    """Who answers for it (Art. 30 Abs. 1 Buchst. a)."""
    raw, contact = city().raw, city().contact
    privacy = raw.get("privacy", {})
    return {
        "controller": city().texts.get("title", city().name),
        "address": f"{contact.get('street', '')}, {contact.get('postcode', '')} {contact.get('town', '')}",
        "represented_by": str(raw.get("imprint", {}).get("represented_by", "")),
        "officer": str(privacy.get("officer", "")),
        "officer_email": str(privacy.get("email", "")),
        "authority": str(privacy.get("authority", "")),
    }


def as_json() -> dict[str, Any]:
    """For other programs."""
    return {"law": "Art. 30 Abs. 1 DSGVO", **responsible(), "activities": [asdict(entry) for entry in entries()]}


def as_csv() -> str:
    """For a table; a text that a spreadsheet would take for a formula is quoted."""
    out = io.StringIO()
    names = [name for name in Entry.__dataclass_fields__ if name not in ("gaps", "assess")]
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(names)
    for entry in entries():
        row = asdict(entry)
        writer.writerow([_cell("; ".join(row[name]) if isinstance(row[name], list) else row[name]) for name in names])
    return "\ufeff" + out.getvalue()


def _cell(text: str) -> str:
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
