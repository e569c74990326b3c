"""A register of others as a demo: the real client, and the other side in this process, with its faults to switch on.

HOME/outage/noots holds the fault as a word of `lib.noots.fake.FAULTS`; an empty file means 503.
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
from django.conf import settings

from stadtkern.kernel.city.profile import city
from stadtkern.lib.noots.client import Client
from stadtkern.lib.noots.fake import App

from ..evidence import types
from ..models import Resident
from ..queries import entries
from . import Answer, Inquiry
from .noots import fetch

BASE = "http://noots.demo/"
MOST_MATCHES = 3


def ask(inquiry: Inquiry) -> Answer:
    app = other_side()
    http = httpx.Client(base_url=BASE, transport=httpx.WSGITransport(app=app), trust_env=False)
    return fetch(Client(http), city().ags, inquiry)


def other_side() -> App:
    """What the registers of others know in the demo: our own tables, under numbers nobody else knows."""
    numbers: dict[str, uuid.UUID] = {}

    def find(subject: Mapping[str, str]) -> Sequence[str]:
        facts = {name: subject[name] for name in ("family_name", "given_names", "birth_date")}
        found = {_number(key): key for key in Resident.objects.filter(**facts).values_list("key", flat=True)[:MOST_MATCHES]}
        numbers.update(found)
        return list(found)

    def tell(code: str, number: str, fields: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        key = next(evidence.key for evidence in types().values() if evidence.code == code)
        return [{field: row[field] for field in fields} for row in entries(key, numbers[number])]

    return App(find, tell, fault=_fault)


def _number(key: uuid.UUID) -> str:
    """Eleven digits, as an identification number has them; only for this process."""
    return f"{int(hashlib.sha256(key.bytes).hexdigest(), 16) % 10**11:011d}"


def _fault() -> str:
    file = settings.HOME / "outage" / "noots"
    return (file.read_text().strip() or "503") if file.exists() else ""
