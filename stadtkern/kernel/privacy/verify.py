"""The whole examination: anchors against file and seal, the chain against the anchors, every row against the chain."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.ui import words

from . import anchors, chain
from .anchors import Line
from .models import Anchor, Link
from .purposes import ACCESS_YEARS

LATE = timedelta(hours=50)  # an anchor every night; two nights without one are told


@dataclass
class Report:
    """`findings` mean that somebody changed something; `remarks` want to be known."""

    rows: int = 0
    anchors: int = 0
    seconds: float = 0.0
    findings: list[chain.Finding] = field(default_factory=list)
    count: dict[str, int] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.findings


@transaction.atomic
def verify() -> Report:
    """Bounded memory; nothing is written. Old pieces are not forgotten meanwhile, new rows may come in."""
    begun, report = time.monotonic(), Report()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [chain.WALK])
    known = _anchors(report)
    valid = _after_restores(known, report)
    found = chain.walk(_start(known, report), {line.seq for line in valid})
    _compare(found, valid, report)
    report.rows, report.anchors = found.rows, len(known)
    report.findings += found.findings
    for kind, number in found.count.items():
        report.count[kind] = report.count.get(kind, 0) + number
    _timely(known, found.last, report)
    report.seconds = time.monotonic() - begun
    return report


def _add(report: Report, kind: str, text: str, seq: int | None = None) -> None:
    report.findings.append(chain.Finding(kind, text, seq))
    report.count[kind] = report.count.get(kind, 0) + 1


def _anchors(report: Report) -> list[Line]:
    """Anchors whose seal is ours, oldest first; what is only in one place or was changed is told."""
    stored = {line.digest: line for line in (as_line(anchor) for anchor in Anchor.objects.order_by("pk"))}
    try:
        filed = {line.digest: line for line in anchors.lines()}
    except ValueError as place:
        _add(report, "anchor", _("Die Ankerdatei ist bei %s nicht lesbar.") % place)
        filed = {}
    for digest, line in filed.items():
        if digest not in stored:
            text = _("Der Anker vom %s steht in der Datei, aber nicht in der Datenbank.") % _day(line)
            _add(report, "anchor", text, line.seq)
    for digest, line in stored.items():
        if digest not in filed:
            text = _("Der Anker vom %s steht in der Datenbank, aber nicht in der Datei.") % _day(line)
            _add(report, "anchor", text, line.seq)
    good = []
    for line in sorted({**filed, **stored}.values(), key=lambda line: line.at):
        if wrong := anchors.wrong_with(line):
            _add(
                report,
                "anchor",
                _("Der Anker vom %(day)s ist nicht echt: %(why)s.") % {"day": _day(line), "why": wrong},
                line.seq,
            )
        else:
            good.append(line)
    for earlier, later in pairwise(good):
        if later.previous != earlier.digest:
            text = _("Vor dem Anker vom %s fehlt ein Anker.") % _day(later)
            _add(report, "anchor", text, later.seq)
    return good


def as_line(anchor: Anchor) -> Line:
    at = anchor.at.astimezone(UTC).isoformat(timespec="microseconds")
    return Line(anchor.seq, bytes(anchor.hash).hex(), at, anchor.previous, anchor.remark, anchor.signature, anchor.certificate)


def _after_restores(known: list[Line], report: Report) -> list[Line]:
    """Anchors the chain must still fit: a backup put back (told in a remark, signed) releases those beyond its end."""
    valid: list[Line] = []
    for line in known:
        if line.remark:
            report.remarks.append(
                _("Am %(day)s wurde eine Sicherung eingespielt: %(why)s") % {"day": _day(line), "why": line.remark}
            )
            valid = [earlier for earlier in valid if earlier.seq <= line.seq]
        valid.append(line)
    return valid


def _start(known: list[Line], report: Report) -> tuple[int, bytes]:
    """Where the walk begins: at the first row ever, or behind the anchor up to which the log was forgotten in time."""
    first = Link.objects.order_by("seq").values_list("seq", flat=True).first()
    forgotten = timezone.now() - timedelta(days=365 * ACCESS_YEARS)
    if first is None:
        old = [line for line in known if line.moment() < forgotten]
        return (old[-1].seq, bytes.fromhex(old[-1].hash)) if old else (0, b"")
    if first == 1:
        return 0, b""
    for line in known:
        if line.seq == first - 1 and line.moment() < forgotten:
            return line.seq, bytes.fromhex(line.hash)
    old = [line for line in known if line.seq < first and line.moment() < forgotten]
    return (old[-1].seq, bytes.fromhex(old[-1].hash)) if old else (0, b"")


def _compare(found: chain.Walk, valid: list[Line], report: Report) -> None:
    """The chain against its anchors: whoever writes it anew cannot write the anchors anew."""
    sound = found.first
    for line in sorted(valid, key=lambda line: line.seq):
        if line.seq <= found.first:
            continue
        if line.seq > found.last:
            text = _("Das Ende ist abgeschnitten: Am %(day)s reichte die Kette bis Stelle %(seq)d, jetzt nur bis %(last)d.")
            _add(report, "cut", text % {"day": _day(line), "seq": line.seq, "last": found.last}, found.last + 1)
            return
        if line.seq in found.marks and found.marks[line.seq].hex() != line.hash:
            text = _(
                "Zwischen Stelle %(low)d und %(high)d ist das Protokoll neu geschrieben: Es passt nicht zum Anker vom %(day)s."
            )
            _add(report, "rewritten", text % {"low": sound + 1, "high": line.seq, "day": _day(line)}, sound + 1)
            return
        sound = line.seq


def _timely(known: list[Line], last: int, report: Report) -> None:
    if last and not known:
        report.remarks.append(
            _("Es gibt noch keinen Anker. Bis zum ersten lässt sich eine neu geschriebene Kette nicht erkennen.")
        )
    moments = [line.moment() for line in known]
    for earlier, later in pairwise([*moments, timezone.now()]):
        if later - earlier > LATE:
            span = {"from": words.moment(earlier), "to": words.moment(later)}
            report.remarks.append(_("Zwischen %(from)s und %(to)s wurde kein Anker gesetzt.") % span)


def _day(line: Line) -> str:
    return words.moment(line.moment())


def head() -> tuple[int, bytes, datetime]:
    """The end of the chain as it is now."""
    last = Link.objects.order_by("-seq").first()
    if last is None:
        anchor = Anchor.objects.order_by("-pk").first()
        return (anchor.seq, bytes(anchor.hash), timezone.now()) if anchor else (0, b"", timezone.now())
    return last.seq, bytes(last.hash), timezone.now()
