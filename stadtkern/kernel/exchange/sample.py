"""An application as another Land's online service would deliver it, for the demo: something found, with a picture."""

import struct
import uuid
import zlib

from django.conf import settings
from django.utils import timezone

from stadtkern.kernel.services import catalogue
from stadtkern.lib.fitconnect import certificates, jose
from stadtkern.lib.fitconnect.metadata import Attachment, Metadata, write
from stadtkern.lib.forms.export.data import dumps, to_data

from .adapters import demo
from .packing import schema_uri, service_urn

SERVICE = "fundsache_melden"


def deliver() -> str:
    """Hand one in at the demo's delivery service; returns the number of the submission."""
    link, land = demo.connect(), demo.client("land", settings.HOME / "fitconnect")
    service = catalogue.find(SERVICE)
    about = land.destination(demo.OWN)
    jwk = land.key(demo.OWN, about["encryptionKid"])
    certificates.check_key(jwk, link.roots, "wrapKey")
    picture, key = _picture(), str(uuid.uuid4())
    answers = {
        "kind": "bag", "description": "Roter Rucksack mit einem Schulheft, im Zug liegen geblieben.", "photo": key,
        "place": "Bahnhof Musterstadt, Gleis 2", "found_on": timezone.localdate().isoformat(), "kept": "office",
        "name": "Amira Haddad", "contact/email": "amira@example.org",
    }  # fmt: skip
    data = dumps(to_data(service.form, answers)).encode()
    metadata = Metadata(
        schema_uri(service), "application/json", jose.sha512(data),
        (Attachment(key, "rucksack.png", "image/png", jose.sha512(picture)),), service_urn(service), service.title,
        {"eMail": {"address": "amira@example.org"}}, "NI-4711", timezone.localdate().isoformat(),
    )  # fmt: skip
    said = land.announce(demo.OWN, service_urn(service), service.title, [key])
    land.upload(said.submission, key, jose.encrypt(picture, jwk, "image/png"))
    land.submit(said.submission, jose.encrypt(write(metadata), jwk), jose.encrypt(data, jwk))
    return said.submission


def _picture(size: int = 64) -> bytes:
    """A red square as PNG."""
    rows = b"".join(b"\0" + b"\xb0\x20\x20" * size for _row in range(size))
    parts = [(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    chunks = [struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
