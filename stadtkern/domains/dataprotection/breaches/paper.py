"""The notification to the authority of the Land (Art. 33 Abs. 3 DSGVO): as a paper and as data, from the same entry."""

from pathlib import Path
from typing import Any

from django.utils import timezone, translation

from stadtkern.kernel.city.models import Office
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.documents.render import render
from stadtkern.ui import words

from ..models import Breach
from . import clock, severity
from .forms import kinds

# What the law asks for, and where it stands.
ASKED = {
    "kinds": "Art der Verletzung", "data": "Kategorien von Daten", "people": "Kategorien von Personen",
    "persons": "Zahl der Personen",
    "records": "Zahl der Datensätze", "consequences": "wahrscheinliche Folgen", "measures": "Maßnahmen",
}  # fmt: skip


def authority() -> dict[str, str]:
    """The supervisory authority of the Land, from city.toml."""
    found = city().raw.get("privacy", {})
    return {key: str(found.get(key, "")) for key in ("authority", "authority_web", "officer", "email")}


def gaps(row: Breach) -> list[str]:
    """What is still missing; it may be supplied later (Art. 33 Abs. 4)."""
    return [word for name, word in ASKED.items() if getattr(row, name) in ("", None, [])]


def data(row: Breach) -> dict[str, Any]:
    """In German, whatever the officer reads."""
    with translation.override("de"):
        weight = severity.assess(row.data_class, row.ease, row.circumstances)
        known = kinds()
        return {
            "law": "Art. 33 Abs. 3 DSGVO",
            "to": authority()["authority"],
            "controller": city().texts.get("title", city().name),
            "address": ", ".join(
                filter(None, (city().contact.get("street"), city().contact.get("postcode"), city().contact.get("town")))
            ),
            "contact": {"name": authority()["officer"], "email": authority()["email"]},
            "number": row.number,
            "made_at": timezone.localtime().isoformat(timespec="minutes"),
            "noticed_at": timezone.localtime(row.noticed_at).isoformat(timespec="minutes"),
            "ends_at": clock.ends(row.noticed_at).isoformat(timespec="minutes"),
            "late_because": row.late_because,
            "title": row.title,
            "happened": row.happened,
            "kinds": [known[kind] for kind in row.kinds if kind in known],
            "data": row.data,
            "people": row.people,
            "persons": row.persons,
            "records": row.records,
            "consequences": row.consequences,
            "measures": row.measures,
            "processor": row.processor,
            "severity": {"level": str(weight.word), "sum": weight.sum_} if weight else None,
            "persons_told": {"NOTIFY": "ja", "NOT": f"nein: {row.told_because}", "": "noch nicht entschieden"}[row.told],
            "to_follow": gaps(row),
        }


def pdf(row: Breach) -> bytes:
    """The paper; no seal, because it is signed and sent by the officer."""
    found = data(row)
    office = Office.objects.filter(key="datenschutz").values("title", "street", "postcode", "town", "phone", "email").first()
    contact = {key: city().contact.get(key, "") for key in ("street", "postcode", "town", "phone", "email", "web")}
    rows = [
        ["Unser Zeichen", row.number],
        ["Bekannt geworden", words.moment(row.noticed_at)],
        ["72 Stunden enden", words.moment(clock.ends(row.noticed_at))],
        ["Was passiert ist", found["happened"]],
        ["Art der Verletzung", "; ".join(found["kinds"]) or "wird nachgereicht"],
        ["Daten", found["data"] or "wird nachgereicht"],
        ["Personen", found["people"] or "wird nachgereicht"],
        ["Zahl der Personen", _number(row.persons)],
        ["Zahl der Datensätze", _number(row.records)],
        ["Wahrscheinliche Folgen", found["consequences"] or "wird nachgereicht"],
        ["Maßnahmen", found["measures"] or "wird nachgereicht"],
        ["Auftragsverarbeiter", found["processor"] or "keiner"],
        [
            "Schwere nach ENISA",
            f"{found['severity']['level']} ({found['severity']['sum']})" if found["severity"] else "wird nachgereicht",
        ],
        ["Betroffene benachrichtigt", found["persons_told"]],
        ["Anlaufstelle", f"{found['contact']['name']}, {found['contact']['email']}"],
    ]
    if row.late_because:
        rows.append(["Grund der Verspätung", row.late_because])
    return render(
        Path(__file__).with_name("meldung.typ").read_text(encoding="utf-8"),
        {
            "city": {"name": city().name, "title": city().texts.get("title", city().name), **contact},
            "office": office or {},
            "applicant": {"name": found["to"]},
            "case": {"reference": row.number},
            "date": timezone.localdate().isoformat(),
            "accent": city().colours.get("accent", "#171a2b"),
            "sections": [{"title": "", "rows": rows}],
        },
        at=timezone.now(),
    )


def _number(value: int | None) -> str:
    return "wird nachgereicht" if value is None else f"ungefähr {value:,}".replace(",", ".")
