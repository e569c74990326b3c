"""The files a person gets: everything we hold (Art. 15), or what came from the person (Art. 20), as one archive."""

import contextlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.translation import override

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Account, Person
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.documents.models import Upload, UploadContent
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.privacy.keys import KeyShredded
from stadtkern.kernel.privacy.purposes import PURPOSES
from stadtkern.kernel.privacy.report import compose

MOST_FILES, MOST_BYTES = 500, 200_000_000
READ_ME = """AUSKUNFT NACH ART. 15 DSGVO

auskunft.json   alles, was {city} am {day} über Sie in diesem Portal verarbeitet hat
zwecke.json     wofür wir Daten verarbeiten, nach welchem Gesetz, wie lange
dateien/        was Sie hochgeladen haben

Wer Ihre Daten angesehen hat, steht in auskunft.json unter "privacy" → "accesses": Amt, Zweck, Rechtsgrundlage, Felder, Zeit.
Woher Angaben kommen, steht bei jedem Antrag unter "sources".

Ihre weiteren Rechte: Berichtigung, Löschung, Einschränkung, Widerspruch (Art. 16 bis 21 DSGVO).
Beschweren können Sie sich bei: {authority}
"""
PORTABLE_READ_ME = """IHRE DATEN ZUM MITNEHMEN (ART. 20 DSGVO)

daten.json          was Sie uns gegeben haben: Profil, Anträge, Nachrichten
daten.schema.json   Beschreibung des Formats (JSON Schema 2020-12)
dateien/            was Sie hochgeladen haben

Angaben, die wir aus einem Register geholt haben, und unsere Entscheidungen sind nicht dabei: sie kommen nicht von Ihnen.
Sie bekommen sie mit einer Auskunft (Art. 15 DSGVO).
"""
TEXT = {"type": "string"}
MOMENT = {"type": ["string", "null"], "format": "date-time"}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Stadtkern: Daten zum Mitnehmen",
    "type": "object",
    "required": ["format", "version", "city", "made_at", "profile", "cases", "messages", "files"],
    "additionalProperties": False,
    "properties": {
        "format": {"const": "stadtkern-portability"},
        "version": {"const": 1},
        "city": TEXT,
        "made_at": {"type": "string", "format": "date-time"},
        "profile": {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
        "cases": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["reference", "service", "submitted_at", "answers"],
                "additionalProperties": False,
                "properties": {"reference": TEXT, "service": TEXT, "submitted_at": MOMENT, "answers": {"type": "object"}},
            },
        },
        "messages": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["title", "body", "created_at"],
                "additionalProperties": False,
                "properties": {"title": TEXT, "body": TEXT, "created_at": MOMENT},
            },
        },
        "files": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "media_type", "size", "path"],
                "additionalProperties": False,
                "properties": {
                    "name": TEXT,
                    "media_type": TEXT,
                    "size": {"type": "integer"},
                    "path": {"type": ["string", "null"]},
                },
            },
        },
    },
}


def everything(account: Account) -> bytes:
    """Art. 15: the whole report of all rooms, with purposes and files."""
    with override("de"):
        purposes = [
            {name: str(getattr(one, name)) for name in ("key", "title", "what", "how_long", "legal_basis")}
            for one in PURPOSES.values()
        ]
        authority = str(city().raw.get("privacy", {}).get("authority", ""))
        read_me = READ_ME.format(city=city().name, day=f"{timezone.localdate():%d.%m.%Y}", authority=authority)
    files = _files(account)
    return _packed(
        {"LIESMICH.txt": read_me.encode(), "auskunft.json": _json(compose(Actor(account))), "zwecke.json": _json(purposes)},
        files,
    )


def portable(account: Account, *, with_files: bool) -> bytes:
    """Art. 20: what came from the person, with a description of the format."""
    files = _files(account) if with_files else {}
    content = {
        "LIESMICH.txt": PORTABLE_READ_ME.encode(),
        "daten.json": _json(provided(account, files)),
        "daten.schema.json": _json(SCHEMA),
    }
    return _packed(content, files)


def provided(account: Account, files: Mapping[str, tuple[Upload, Callable[[], bytes]]]) -> dict[str, Any]:
    """What the person gave us themselves; nothing that a register said or the city decided."""
    profile: dict[str, str | None] = {"email": account.email, "name": account.name, "language": account.language}
    person = Person.objects.filter(account=account).first()
    if person and not person.proved_by:  # what a proof of identity wrote comes from elsewhere
        names = ("given_names", "family_name", "birth_date", "street", "house_number", "postcode", "town")
        profile |= {name: str(value) if (value := getattr(person, name)) else None for name in names}
    cases = (
        Case.objects.filter(account=account, company=None)
        .order_by("pk")
        .values("reference", "service", "submitted_at", "answers", "sources")
    )
    letters = Message.objects.filter(account=account, company=None, direction=Message.Direction.TO_OFFICE).order_by("pk")
    paths = {upload.pk: path for path, (upload, _read) in files.items()}
    uploads = Upload.objects.filter(account=account, state=Upload.State.CLEAN).order_by("pk")[:MOST_FILES]
    return {
        "format": "stadtkern-portability",
        "version": 1,
        "city": city().name,
        "made_at": timezone.now(),
        "profile": profile,
        "cases": [
            {
                "reference": row["reference"],
                "service": row["service"],
                "submitted_at": row["submitted_at"],
                "answers": {path: value for path, value in row["answers"].items() if path not in row["sources"]},
            }
            for row in cases
        ],
        "messages": list(letters.values("title", "body", "created_at")[:10_000]),
        "files": [
            {"name": row.file_name, "media_type": row.media_type, "size": row.size, "path": paths.get(row.pk)}
            for row in uploads
        ],
    }


def _files(account: Account) -> dict[str, tuple[Upload, Callable[[], bytes]]]:
    """Path in the archive -> the upload and how to read it; up to 200 MB, the rest stays listed."""
    found: dict[str, tuple[Upload, Callable[[], bytes]]] = {}
    total = 0
    rows = Upload.objects.filter(account=account, state=Upload.State.CLEAN).select_related("content").order_by("pk")
    for row in rows[:MOST_FILES]:
        total += row.size
        if total > MOST_BYTES:
            break
        content = getattr(row, "content", None)
        if content is not None:
            found[f"dateien/{row.pk}-{row.file_name}"] = (row, partial(_bytes, content))
    return found


def _bytes(content: UploadContent) -> bytes:
    return bytes(content.data)


def _packed(content: Mapping[str, bytes], files: Mapping[str, tuple[Upload, Callable[[], bytes]]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
        for name, (_upload, read) in files.items():
            with contextlib.suppress(KeyShredded):  # destroyed meanwhile: it is listed, and not there
                archive.writestr(name, read())
    return out.getvalue()


def _json(value: Any) -> bytes:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode()
