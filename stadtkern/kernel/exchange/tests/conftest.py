"""A city with a delivery service: its own destination, and that of a Land with a client of its own."""

import io
import random
from dataclasses import dataclass
from typing import Any

import pytest
from PIL import Image

from stadtkern.kernel.cases import actions as cases
from stadtkern.kernel.cases.models import Case
from stadtkern.kernel.cases.tests.factories import ANSWERS, actor_for, city_with
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.exchange.adapters import Connection, demo
from stadtkern.kernel.services import catalogue
from stadtkern.lib.fitconnect import certificates
from stadtkern.lib.fitconnect.client import Client
from stadtkern.lib.fitconnect.fake import Service
from stadtkern.lib.fitconnect.tests import parts


@dataclass
class Town:
    """Everything a test needs: the fake, both clients, and how the city is connected."""

    fake: Service
    land: Client
    link: Connection
    called: list[tuple[str, bytes, dict[str, str]]]


@pytest.fixture
def town(settings, tmp_path, offices, monkeypatch) -> Town:
    """The probe goes to the Land ("probe") or to this city's own destination ("hierher")."""
    for key, to in (("probe", parts.LAND), ("hierher", parts.CITY)):
        settings.CITY_FOLDER = city_with(tmp_path, key)
        file = settings.CITY_FOLDER / "services" / key / "service.toml"
        text = file.read_text().replace('office = "buergeramt"', 'office = "buergeramt"\nauthority = "state"')
        file.write_text(f'{text}\n[send]\nto = "{to}"\n')
    city_with(tmp_path, "nachbar")
    called: list[Any] = []
    fake = parts.service(tmp_path / "zustelldienst.sqlite", lambda *said: called.append(said))
    own, signature = parts.key("city", "unwrapKey"), parts.key("city", "sign")
    link = Connection(
        delivery=parts.client(fake, "city"), roots=certificates.load(parts.authority().root_pem()), own=parts.CITY,
        decryption={own["kid"]: own}, signature=signature, callback_url="http://stadt.example/austausch/rueckruf/",
        callback_secret="callback-city", issuers=[fake.issuer],
    )  # fmt: skip
    monkeypatch.setattr(demo, "connect", lambda: link)
    monkeypatch.setattr(demo, "heartbeat", lambda: None)
    monkeypatch.setattr(demo, "callback_secret", lambda: "callback-city")
    return Town(fake, parts.client(fake, "land"), link, called)


def picture(seed: int = 1) -> bytes:
    """A JPEG that re-encoding would change."""
    noise = random.Random(seed).randbytes(60 * 40 * 3)
    out = io.BytesIO()
    Image.frombytes("RGB", (60, 40), noise).save(out, "JPEG", quality=71)
    return out.getvalue()


def sent_in(account: Any, key: str = "probe", *, with_file: bool = True) -> Case:
    """A case of this service, sent in by its applicant."""
    actor = actor_for(account)
    case, _secret = cases.start(actor, catalogue.find(key))
    answers = dict(ANSWERS)
    if with_file:
        upload = documents.receive(
            about=str(case), path="proof", account=account, file_name="Nachweis ü.jpg", data=picture(), media_types=(),
            max_bytes=None,
        )  # fmt: skip
        answers["proof"] = str(upload.key)
    cases.fill(actor, case, answers)
    cases.submit(actor, case)
    case.refresh_from_db()
    return case
