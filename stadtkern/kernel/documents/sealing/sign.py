"""Put the seal on a PDF: PAdES B-B, or B-T when a timestamp service is configured."""

import asyncio
import io
import os
from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from .field import FIELD, add_field
from .keys import Keys, keys
from .loop import outside_loop

SPARE = 1024  # bytes; timestamps differ in length
HASHES: dict[str, hashes.HashAlgorithm] = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
PATIENCE = 10  # seconds for the timestamp service


@dataclass(frozen=True)
class Sealed:
    """A sealed file and what the seal is."""

    data: bytes
    level: str  # "PAdES B-B" or "PAdES B-T"


class CitySigner(signers.Signer):
    """Signs with the key as it was loaded once; the library's own signer parses it for every signature."""

    def __init__(self, own: Keys) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple([own.certificate, *own.chain])
        super().__init__(signing_cert=own.certificate, cert_registry=store, embed_roots=False)
        self._key = own.key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        algorithm = HASHES[digest_algorithm]
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return _usual_length(self._key, data, ec.ECDSA(algorithm))
        return self._key.sign(data, padding.PKCS1v15(), algorithm)


def _usual_length(key: ec.EllipticCurvePrivateKey, data: bytes, algorithm: ec.ECDSA) -> bytes:
    """A signature as long as most are (every second one is), so that it fills the space left for it to the last byte."""
    usual = 7 + 2 * ((key.curve.key_size + 7) // 8)
    signature = b""
    for _ in range(30):
        signature = key.sign(data, algorithm)
        if len(signature) == usual:
            break
    return signature


class ConformingWriter(IncrementalPdfFileWriter):
    """Adds the signature and nothing else.

    The library would raise the catalog's version to 2.0 (against ISO 19005-3 6.1.2) and write the metadata anew.
    """

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        return

    def _update_meta(self) -> None:
        return


@cache
def signer() -> CitySigner:
    """One per process."""
    return CitySigner(keys())


@cache
def timestamper() -> TimeStamper | None:
    """The service at STADTKERN_TSA_URL (RFC 3161), or none."""
    url = os.environ.get("STADTKERN_TSA_URL")
    return HTTPTimeStamper(url, timeout=PATIENCE) if url else None


def seal(pdf_bytes: bytes, *, reason: str, place: str) -> Sealed:
    """Seal a tagged PDF; afterwards no change is allowed (DocMDP 1).

    Raises NoSeal when there is no usable key, and whatever the timestamp service raises: the caller tries again later.
    """
    city_signer, stamper = signer(), timestamper()
    prepared = add_field(pdf_bytes, f"Elektronisches Siegel: {keys().name}")
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        location=place,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    out = io.BytesIO()
    outside_loop(
        lambda: PdfSigner(metadata, signer=city_signer, timestamper=stamper).sign_pdf(
            ConformingWriter(io.BytesIO(prepared)),
            existing_fields_only=True,
            bytes_reserved=_room(city_signer, stamper),
            output=out,
        )
    )
    return Sealed(out.getvalue(), "PAdES B-T" if stamper else "PAdES B-B")


@cache
def _room(city_signer: CitySigner, stamper: TimeStamper | None) -> int:
    """Hexadecimal digits to keep free for the signature, measured once with this key (the library would measure every time).

    Exact without a timestamp: what is left over is not protected by the signature, and there should be nothing of that kind.
    """
    digest = bytes(32)
    signed = asyncio.run(city_signer.async_sign(digest, "sha256", use_pades=True, timestamper=stamper, dry_run=stamper is None))
    return 2 * (len(signed.dump()) + (SPARE if stamper else 0))
