"""The metadata of a submission (FITKO metadata schema 1.x): what is inside, its hashes, who answers how."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import jose
from .problems import Problem

SCHEMA = "https://schema.fitko.de/fit-connect/metadata/1.0.0/metadata.schema.json"
_SCHEMAS = re.compile(r"https://schema\.fitko\.de/fit-connect/metadata/1\.\d+\.\d+/metadata\.schema\.json")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
MOST_ATTACHMENTS = 500
LEIKA = "urn:de:fim:leika:leistung:"


@dataclass(frozen=True)
class Attachment:
    """One file beside the data. `hash` is SHA-512 in hexadecimal."""

    id: str
    name: str
    media_type: str
    hash: str
    purpose: str = "attachment"


@dataclass(frozen=True)
class Metadata:
    """What a submission says about itself. `reply` is the reply channel as it stands there."""

    schema_uri: str
    media_type: str  # of the data: application/json or application/xml
    data_hash: str
    attachments: tuple[Attachment, ...] = ()
    service: str = ""  # urn:de:fim:leika:leistung:99…
    service_name: str = ""
    reply: Mapping[str, Any] = field(default_factory=dict)
    sender_reference: str = ""
    application_date: str = ""
    authentication: Sequence[Any] = ()
    payment: Mapping[str, Any] = field(default_factory=dict)


def write(metadata: Metadata) -> bytes:
    """The JSON to be encrypted."""
    data = {
        "hash": {"type": "sha512", "content": metadata.data_hash},
        "submissionSchema": {"schemaUri": metadata.schema_uri, "mimeType": metadata.media_type},
    }
    content: dict[str, Any] = {
        "$schema": SCHEMA,
        "contentStructure": {"data": data, "attachments": [_attachment(one) for one in metadata.attachments]},
    }
    if metadata.service:
        content["publicServiceType"] = {"name": metadata.service_name, "identifier": metadata.service}
    if metadata.reply:
        content["replyChannel"] = dict(metadata.reply)
    more = {"senderReference": metadata.sender_reference, "applicationDate": metadata.application_date}
    if any(more.values()):
        content["additionalReferenceInfo"] = {name: value for name, value in more.items() if value}
    return json.dumps(content, ensure_ascii=False).encode()


def _attachment(one: Attachment) -> dict[str, Any]:
    return {
        "attachmentId": one.id,
        "filename": one.name,
        "mimeType": one.media_type,
        "purpose": one.purpose,
        "hash": {"type": "sha512", "content": one.hash},
    }


def read(content: bytes) -> Metadata | list[Problem]:
    """What stands there, or why it cannot be understood."""
    try:
        raw = json.loads(content)
    except (ValueError, RecursionError):
        return [Problem("syntax-violation", "metadata", "Die Metadaten sind kein gültiges JSON.")]
    schema = raw.get("$schema") if isinstance(raw, dict) else None
    if schema is not None and not (isinstance(schema, str) and _SCHEMAS.fullmatch(schema)):
        return [Problem("unsupported-schema", "metadata", "Angenommen wird das Metadatenschema 1.x.")]
    try:
        return _read(raw)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        detail = f"Die Metadaten entsprechen nicht dem Schema 1.x ({type(error).__name__}: {error})."[:300]
        return [Problem("schema-violation", "metadata", detail)]


def _read(raw: Mapping[str, Any]) -> Metadata | list[Problem]:
    structure = raw["contentStructure"]
    listed = structure["attachments"]
    if not isinstance(listed, list) or len(listed) > MOST_ATTACHMENTS:
        raise ValueError("attachments")
    data = structure.get("data")
    if data is None:
        return [Problem("missing-data", "metadata", "Zu einem Antrag gehören Fachdaten.")]
    schema = data.get("submissionSchema") or {}
    if not schema.get("schemaUri"):
        return [Problem("missing-schema", "metadata", "Das Schema der Fachdaten ist nicht genannt.")]
    service = raw.get("publicServiceType") or raw.get("publicService") or {}
    reference = raw.get("additionalReferenceInfo") or {}
    return Metadata(
        schema_uri=_text(schema["schemaUri"], 500),
        media_type=_text(schema["mimeType"], 100),
        data_hash=_hash(data["hash"]),
        attachments=tuple(_read_attachment(one) for one in listed),
        service=_text(service.get("identifier", ""), 200),
        service_name=_text(service.get("name", ""), 300),
        reply=_plain(dict(raw.get("replyChannel") or {})),
        sender_reference=_text(reference.get("senderReference", ""), 200),
        application_date=_text(reference.get("applicationDate", ""), 40),
        authentication=tuple(raw.get("authenticationInformation") or ()),
        payment=_plain(dict(raw.get("paymentInformation") or {})),
    )


def _read_attachment(one: Mapping[str, Any]) -> Attachment:
    key = one["attachmentId"]
    if not isinstance(key, str) or not _UUID.fullmatch(key):
        raise ValueError("attachmentId")
    name = one.get("filename") or key
    return Attachment(key, _text(name, 255), _text(one["mimeType"], 100), _hash(one["hash"]), _text(one["purpose"], 40))


def _hash(value: Mapping[str, Any]) -> str:
    if value["type"] != "sha512" or not re.fullmatch(r"[0-9a-f]{128}", value["content"]):
        raise ValueError("hash")
    return str(value["content"])


def _text(value: Any, most: int) -> str:
    if not isinstance(value, str):
        raise TypeError("text expected")
    return value.replace("\0", "").encode("utf-8", "ignore").decode()[:most]


def _plain(value: Any, depth: int = 0) -> Any:
    """JSON that a database can keep: no NUL, no half surrogates, neither deep nor long."""
    if isinstance(value, dict):
        return {_text(key, 100): _plain(below, depth + 1) for key, below in list(value.items())[:50] if depth < 8}
    if isinstance(value, list):
        return [_plain(below, depth + 1) for below in value[:50] if depth < 8]
    return _text(value, 1000) if isinstance(value, str) else value


def compare(metadata: Metadata, attachments: Sequence[str]) -> list[Problem]:
    """Whether the attachments that lie there are those the metadata name."""
    named = [one.id for one in metadata.attachments]
    if sorted(named) != sorted(attachments):
        return [Problem("attachments-mismatch", "submission", "Angekündigte und beschriebene Anlagen sind verschieden.")]
    return []


def hash_problem(expected: str, content: bytes, instance: str) -> list[Problem]:
    """Whether this is what the sender hashed."""
    if jose.sha512(content) == expected:
        return []
    return [Problem("hash-mismatch", instance, "Die Prüfsumme (SHA-512) passt nicht zum Inhalt.")]
