"""A case as a submission: data by its form, files, metadata; everything encrypted for one destination."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.documents.models import Upload
from stadtkern.kernel.services.catalogue import Service
from stadtkern.lib.fitconnect import events, jose
from stadtkern.lib.fitconnect.metadata import LEIKA, Attachment, Metadata, write
from stadtkern.lib.forms.export.data import dumps, to_data
from stadtkern.lib.forms.shape import clean

OWN_SCHEMA = "urn:stadtkern:leistung:"


class NotYet(Exception):
    """A file is still being checked."""


@dataclass(frozen=True)
class Packed:
    """Part to JWE, and the tags of all parts."""

    parts: Mapping[str, str]
    tags: events.Tags


def address(to: str) -> tuple[str, str]:
    """Id and name of the destination behind `[send] to`; the id is "" where the city has not entered it."""
    entered = city().raw.get("exchange", {}).get("destinations", {})
    if len(to) == 36:
        return to, next((str(one.get("title", "")) for one in entered.values() if one.get("id") == to), "zuständige Behörde")
    table = entered.get(to, {})
    return str(table.get("id", "")), str(table.get("title", to))


def service_urn(service: Service) -> str:
    """The service as FIT-Connect names it."""
    return f"{LEIKA}{service.leika}" if service.leika else OWN_SCHEMA + service.key


def schema_uri(service: Service) -> str:
    """What the data follow: what the receiver wants, else the federal schema, else the form of this city."""
    if service.send.schema:
        return service.send.schema
    schema, version = service.origin.get("schema", ""), service.origin.get("version", "")
    return f"https://fimportal.de/schemas/{schema}/{version}" if schema else OWN_SCHEMA + service.key


def pack(case: Case, service: Service, jwk: Mapping[str, Any]) -> Packed:
    """Encrypt the case for this key. Raises NotYet."""
    answers = clean(service.form, case.answers)
    attachments: list[Attachment] = []
    parts: dict[str, str] = {}
    for upload, content in _files(case, answers):
        key = str(upload.key)
        parts[key] = jose.encrypt(content, jwk, upload.media_type)
        attachments.append(Attachment(key, upload.file_name, upload.media_type, jose.sha512(content)))
    data = dumps(to_data(service.form, answers)).encode()
    metadata = Metadata(
        schema_uri=schema_uri(service),
        media_type="application/json",
        data_hash=jose.sha512(data),
        attachments=tuple(attachments),
        service=service_urn(service),
        service_name=service.title,
        reply={"eMail": {"address": case.account.mail}} if case.account and case.account.mail else {},
        sender_reference=case.reference,
        application_date=timezone.localdate(case.submitted_at).isoformat() if case.submitted_at else "",
    )
    tags = {key: jose.tag(token) for key, token in parts.items()}
    parts["data"] = jose.encrypt(data, jwk, "application/json")
    parts["metadata"] = jose.encrypt(write(metadata), jwk, "application/json")
    return Packed(parts, events.Tags(jose.tag(parts["metadata"]), jose.tag(parts["data"]), tags))


def _files(case: Case, answers: dict[str, Any]) -> Iterator[tuple[Upload, bytes]]:
    """The files of the form, one after the other; what was refused is no answer any more."""
    for upload in Upload.objects.filter(about=str(case)).order_by("pk"):
        places = [path for path, value in answers.items() if value == str(upload.key)]
        if not places:
            continue
        if upload.state == Upload.State.CHECKING:
            raise NotYet
        if upload.state == Upload.State.CLEAN:
            yield upload, upload.content.data
        else:
            for path in places:
                del answers[path]
