"""Where the real federal schemas lie, and a small invented one to bend (FIM's own content is not ours to ship)."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
SHARED = Path(os.environ.get("STADTKERN_SHARED") or ROOT.parent / "shared")
FIM = SHARED / "data" / "fim"
FILES = sorted((FIM / "xdf3").glob("*.xdf3.xml.gz"))
SPACE = "urn:xoev-de:fim:standard:xdatenfelder_3.0.0"


def field(key: str, *, kind: str = "text", sort: str = "input", more: str = "", label: str = "") -> str:
    """One invented field; codes without namespace, as the standard has it."""
    return (
        f"<x:datenfeld><x:identifikation><x:id>{key}</x:id><x:version>1.0.0</x:version></x:identifikation><x:name>{key}</x:name>"
        f"<x:bezeichnungEingabe>{label or 'Frage ' + key}</x:bezeichnungEingabe><x:feldart><code>{sort}</code></x:feldart>"
        f"<x:datentyp><code>{kind}</code></x:datentyp>{more}</x:datenfeld>"
    )


def group(key: str, *inside: str, more: str = "") -> str:
    """One invented group around placements."""
    return (
        f"<x:datenfeldgruppe><x:identifikation><x:id>{key}</x:id><x:version>1.0.0</x:version></x:identifikation><x:name>{key}</x:name>"
        f"<x:bezeichnungEingabe>Gruppe {key}</x:bezeichnungEingabe>{more}{''.join(inside)}</x:datenfeldgruppe>"
    )


def put(inside: str, count: str = "1:1") -> str:
    """A placement with its cardinality."""
    return f"<x:struktur><x:anzahl>{count}</x:anzahl><x:enthaelt>{inside}</x:enthaelt></x:struktur>"


def schema(*inside: str, space: str = SPACE, more: str = "") -> bytes:
    """A whole message 0102."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><x:xdatenfelder.stammdatenschema.0102 xmlns:x="{space}"><x:stammdatenschema>'
        "<x:identifikation><x:id>S99999000001</x:id><x:version>1.2.0</x:version></x:identifikation><x:name>Anmeldung</x:name>"
        f"<x:bezug>§ 1 Drachensatzung</x:bezug><x:bezeichnung>Drachen anmelden</x:bezeichnung>{more}{''.join(inside)}"
        "</x:stammdatenschema></x:xdatenfelder.stammdatenschema.0102>"
    ).encode()
