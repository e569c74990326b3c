"""Once a day the end of the chain is signed, and the whole of it examined."""

from datetime import UTC

from django.db import connection, transaction
from django.utils import timezone

from stadtkern.kernel.events.actions import record

from .. import anchors, verify
from ..models import Anchor, Verification

ANCHORING = 740_214_003  # advisory: one anchor at a time


@transaction.atomic
def anchor(remark: str = "") -> Anchor:
    """Sign the end of the chain. `remark`: a backup was restored, why, and the chain is therefore shorter than it was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ANCHORING])
    seq, digest, at = verify.head()
    earlier = [*anchors.lines()]
    before = earlier[-1] if earlier else None
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    line = anchors.signed(seq, digest.hex(), moment, before.digest if before else "", remark.strip()[:300])
    row = Anchor.objects.create(
        seq=seq, hash=digest, at=at, previous=line.previous, remark=line.remark, signature=line.signature,
        certificate=line.certificate,
    )  # fmt: skip
    record("privacy.anchored", subject="privacy", actor="system", data={"seq": seq})
    anchors.append(line)  # last: when the disk is full, nothing is anchored
    return row


@transaction.atomic
def take_back_from_file() -> int:
    """After a restored backup: anchors that stand only in the file come back into the table; returns how many."""
    stored = {verify.as_line(row).digest for row in Anchor.objects.all()}
    missing = [line for line in anchors.lines() if line.digest not in stored]
    for line in missing:
        Anchor.objects.create(
            seq=line.seq, hash=bytes.fromhex(line.hash), at=line.moment(), previous=line.previous, remark=line.remark,
            signature=line.signature, certificate=line.certificate,
        )  # fmt: skip
    return len(missing)


def note_verification(report: verify.Report) -> Verification:
    """Keep the outcome for the data protection officer's page; the diary tells when something is wrong."""
    with transaction.atomic():
        row = Verification.objects.create(
            at=timezone.now(),
            rows=report.rows,
            anchors=report.anchors,
            seconds=round(report.seconds, 3),
            findings=[finding.as_json() for finding in report.findings],
            remarks=report.remarks,
        )
        name = "privacy.log_sound" if report.sound else "privacy.log_damaged"
        record(name, subject="privacy", actor="system", data={"rows": report.rows, "findings": len(report.findings)})
    return row
