"""Check the seal on a PDF that somebody shows us."""

import io
import logging
from dataclasses import dataclass
from datetime import datetime

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from .keys import keys
from .loop import outside_loop

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Finding:
    """What the signatures of a file say; `ours` is the only good outcome."""

    signatures: int = 0
    intact: bool = False  # nothing was changed since, to the last byte
    ours: bool = False  # intact, and made with the city's certificate
    signed_by: str = ""  # name on the certificate, as claimed
    signed_at: datetime | None = None  # of the timestamp service, else as claimed by the signer
    stamped: bool = False  # the time comes from a timestamp service
    reason: str = ""  # what the signer wrote; ours is "Dokument <number>"
    problem: str = ""  # why it could not be checked, for the operator


def check(data: bytes) -> Finding:
    """Never raises: what cannot be read has no seal. Revocation lists are not asked (no network)."""
    if not data.startswith(b"%PDF-") or b"startxref" not in data[-2048:]:
        return Finding(problem="no PDF")  # and no seconds spent on searching ten megabytes for one
    try:
        return outside_loop(lambda: _check(data))
    except Exception as problem:  # hostile files break parsers in many ways; all of them mean "not sealed by us"
        log.info("A file could not be checked: %r", problem)
        return Finding(problem=f"{type(problem).__name__}: {problem}"[:300])


def _check(data: bytes) -> Finding:
    signatures = PdfFileReader(io.BytesIO(data)).embedded_regular_signatures
    if not signatures:
        return Finding()
    found = signatures[-1]
    context = ValidationContext(trust_roots=list(keys().roots), allow_fetching=False, revocation_mode="soft-fail")
    status = validate_pdf_signature(found, context)
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    stamp = status.timestamp_validity
    trusted_time = bool(stamp and stamp.intact and stamp.valid and stamp.trusted)
    intact = bool(status.intact and status.valid and whole)
    certificate = found.signer_cert
    return Finding(
        signatures=len(signatures),
        intact=intact,
        ours=intact and bool(status.trusted) and len(signatures) == 1,
        signed_by=str(certificate.subject.native.get("common_name", "")) if certificate else "",
        signed_at=stamp.timestamp if stamp and trusted_time else status.signer_reported_dt,
        stamped=trusted_time,
        reason=str(found.sig_object.get("/Reason", ""))[:200],
    )
