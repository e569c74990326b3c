"""Which case a submission becomes: the service its schema or its key names, else a general application that reaches people."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import override

from stadtkern.kernel.city.profile import city
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.catalogue import Service
from stadtkern.lib.fitconnect.metadata import LEIKA, Metadata
from stadtkern.lib.fitconnect.problems import Problem
from stadtkern.lib.forms.export.data import NotThisForm, from_data, loads
from stadtkern.lib.forms.model import Answers, Field, Kind
from stadtkern.lib.forms.shape import clean
from stadtkern.lib.forms.walk import find

from .packing import OWN_SCHEMA, schema_uri

GENERAL = "eingang_anderer_dienst"
_FIM = re.compile(r"S(?:\d{11}|\d{8})(?!\d)")
MOST_TEXT = 1_000_000


@dataclass(frozen=True)
class Fit:
    """The service and its answers; `files` = attachment id to path of the field; `notes` for the clerk."""

    service: Service
    answers: Answers
    files: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()


def fit(metadata: Metadata, data: bytes, uploads: Mapping[str, str]) -> Fit | list[Problem]:
    """The case to open, or why the submission cannot be taken. `uploads` = attachment id to key of the upload here.

    Data that name our schema must follow it. Data of an unknown schema are shown to a clerk as they came: they are not ours
    to refuse, as long as somebody can read them.
    """
    with override("de"):
        by_schema = _by_schema(metadata.schema_uri)
        if by_schema is not None:
            return _strictly(by_schema, data, uploads)
        by_key = _by_key(metadata.service)
        if by_key is not None and metadata.media_type == "application/json":
            found = _strictly(by_key, data, uploads)
            if isinstance(found, Fit):
                return found
        return _generally(metadata, data)


def _by_schema(uri: str) -> Service | None:
    """The service whose form this schema is: by our own address, by its federal number, or by the one it names."""
    if uri.startswith(OWN_SCHEMA):
        return _known(uri.removeprefix(OWN_SCHEMA))
    named = _FIM.search(uri)
    for service in catalogue.all_services().values():
        own = str(service.origin.get("schema", ""))
        if (named and own and own == named[0]) or (service.send.schema and schema_uri(service) == uri):
            return _known(service.key)
    return None


def _by_key(urn: str) -> Service | None:
    leika = urn.removeprefix(LEIKA)
    if not leika or leika == urn:
        return None
    matches = [service for service in catalogue.all_services().values() if service.leika == leika]
    return _known(matches[0].key) if len(matches) == 1 else None


def _known(key: str) -> Service | None:
    try:
        return catalogue.find(key)
    except catalogue.UnknownService:
        return None


def _strictly(service: Service, data: bytes, uploads: Mapping[str, str]) -> Fit | list[Problem]:
    try:
        content = loads(data)
    except NotThisForm:
        return [Problem("syntax-violation", "data", "Die Fachdaten sind kein gültiges JSON.")]
    try:
        answers = from_data(service.form, content)
    except NotThisForm as wrong:
        return [Problem("schema-violation", "data", f"{path or '/'}: {text}"[:300]) for path, text in wrong.mistakes[:20]]
    files: dict[str, str] = {}
    for path, value in list(answers.items()):
        element = find(service.form, path)
        if isinstance(element, Field) and element.kind is Kind.FILE:
            if value in uploads:
                files[str(value)], answers[path] = path, uploads[value]
            else:
                del answers[path]  # its attachment was refused or never there; the clerk sees which
    answers = clean(service.form, answers)
    wrong_answers = [one for one in service.problems(answers) if not _is_file(service, one.path)]
    if wrong_answers:
        return [Problem("schema-violation", "data", f"{one.path}: {one.message}"[:300]) for one in wrong_answers[:20]]
    return Fit(service, answers, files)


def _is_file(service: Service, path: str) -> bool:
    element = find(service.form, path)
    return isinstance(element, Field) and element.kind is Kind.FILE


def _generally(metadata: Metadata, data: bytes) -> Fit | list[Problem]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return [Problem("syntax-violation", "data", "Die Fachdaten sind kein Text in UTF-8.")]
    if len(text) > MOST_TEXT:
        return [Problem("unsupported-schema", "data", "Dieses Schema kennen wir nicht, und die Fachdaten sind zu umfangreich.")]
    if metadata.media_type == "application/json" and not _is_json(text):
        return [Problem("syntax-violation", "data", "Die Fachdaten sind kein gültiges JSON.")]
    try:
        service = catalogue.even_retired(str(city().raw.get("exchange", {}).get("general", GENERAL)))
    except catalogue.UnknownService:
        return [Problem("unsupported-schema", "data", "Dieses Schema nehmen wir nicht an.")]
    answers: dict[str, Any] = {
        "leistung": metadata.service_name or metadata.service or "ohne Angabe",
        "kennung": metadata.service,
        "schema": metadata.schema_uri,
        "zeichen": metadata.sender_reference,
        "inhalt": text,
    }
    note = "Das Schema dieser Angaben ist hier nicht eingerichtet. Lesen Sie sie im Wortlaut und geben Sie den Vorgang weiter."
    return Fit(service, clean(service.form, answers), {}, [note])


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
