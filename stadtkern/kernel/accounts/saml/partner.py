"""The other side and we ourselves, as SAML names them: addresses, ids, certificates."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.conf import settings
from django.urls import reverse

from stadtkern.kernel.city.profile import city

from ..adapters import SIMULATES, table
from . import keys
from .xml import DS, MD, POST, parse


@dataclass(frozen=True)
class Partner:
    """An identity provider as its metadata describes it."""

    entity: str
    address: str  # where our question goes, by POST
    certificates: tuple[bytes, ...]  # PEM; the only keys we believe
    goes_on_to: tuple[str, ...] = ()  # further origins its page sends the browser to (content security policy)
    simulated: bool = False

    @property
    def origins(self) -> list[str]:
        parts = urlsplit(self.address)
        return [f"{parts.scheme}://{parts.netloc}", *self.goes_on_to]


@dataclass(frozen=True)
class Ourselves:
    """Our side: the same names whatever host the browser typed."""

    entity: str
    address: str  # where answers come (assertion consumer service)


def ourselves(name: str) -> Ourselves:
    base = settings.BASE_URL.rstrip("/")
    return Ourselves(base + reverse("accounts:saml_metadata", args=[name]), base + reverse("accounts:saml_answer", args=[name]))


def partner(name: str) -> Partner | None:
    """Who answers for `[accounts.<name>]`: the metadata file of the real one, our simulator in demo and test, or nobody."""
    settled = table(name)
    if file := settled.get("metadata"):
        return _read(Path(city().folder) / str(file), tuple(settled.get("goes_on_to", ())))
    if settings.MODE not in SIMULATES:
        return None
    base = settings.BASE_URL.rstrip("/")
    page = base + reverse("accounts:simulator", args=[name])
    return Partner(f"{page}metadata", page, (keys.simulator(name).certificate,), simulated=True)


@cache
def _read(file: Path, goes_on_to: tuple[str, ...]) -> Partner:
    """Raises ValueError when the file is not the metadata of an identity provider with POST and a usable certificate."""
    root = parse(file.read_bytes())
    services = root.iterfind(f"{{{MD}}}IDPSSODescriptor/{{{MD}}}SingleSignOnService")
    address = next((str(one.get("Location")) for one in services if one.get("Binding") == POST), "")
    pems = []
    for described in root.iterfind(f"{{{MD}}}IDPSSODescriptor/{{{MD}}}KeyDescriptor"):
        if described.get("use") in (None, "signing"):
            for found in described.iter(f"{{{DS}}}X509Certificate"):
                pems.append(usable("".join((found.text or "").split())))
    entity = root.get("entityID")
    if not entity or not address or not pems:
        raise ValueError(f"{file} names no entity, no address for POST, or no certificate")
    return Partner(entity, address, tuple(pems), goes_on_to)


def usable(bare: str) -> bytes:
    """A certificate as PEM; ValueError when its key is too weak to believe."""
    lines = [bare[at : at + 64] for at in range(0, len(bare), 64)]
    pem = "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""]).encode()
    key = x509.load_pem_x509_certificate(pem).public_key()
    if not (
        isinstance(key, ec.EllipticCurvePublicKey) or (isinstance(key, rsa.RSAPublicKey) and key.key_size >= keys.LEAST_BITS)
    ):
        raise ValueError(f"A certificate needs an elliptic curve key or RSA with {keys.LEAST_BITS} bits")
    return pem
