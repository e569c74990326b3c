"""Walk along the chain of the access log and say in plain words what somebody changed.

The hashes are worked out here and not by a function of the database, which whoever changed rows could have changed as well.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

BATCH = 5000
MOST = 200  # findings that are told; the count goes on
LOCK, WALK = 740_214_001, 740_214_002  # advisory: the end of the chain; shared while walking

# What of a row is protected: all of it, in this order, written the same on every server. The trigger in the migration says
# the same for NEW; a test compares both.
CANONICAL = """jsonb_build_array(1, a.id, a.actor, a.office, a.purpose, a.legal_basis, a.source, a.fields, to_jsonb(a.accounts),
 to_jsonb(a.person_keys), to_jsonb(a.cases), a.about, a.channel, a.charge, a.emergency,
 to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))::text"""
_BATCH = f"""SELECT l.seq, l.access, l.hash, CASE WHEN a.id IS NULL THEN NULL ELSE {CANONICAL} END
FROM privacy_link l LEFT JOIN privacy_access a ON a.id = l.access
WHERE l.seq > %s ORDER BY l.seq LIMIT {BATCH}"""  # noqa: S608 - constants of ours
_LOOSE = """SELECT a.id, count(*) OVER () FROM privacy_access a
WHERE NOT EXISTS (SELECT FROM privacy_link l WHERE l.access = a.id) ORDER BY a.id LIMIT 200"""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: "altered", "deleted", "inserted", "reordered", "cut", "rewritten", "anchor"."""

    kind: str
    text: str
    seq: int | None = None
    access: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "seq": self.seq, "access": self.access, "text": self.text}


@dataclass
class Walk:
    """What the walk has seen."""

    rows: int = 0
    first: int = 0  # before the first link
    last: int = 0
    findings: list[Finding] = field(default_factory=list)
    count: dict[str, int] = field(default_factory=dict)
    marks: dict[int, bytes] = field(default_factory=dict)  # seq -> hash as stored, where an anchor wants to know

    def add(self, kind: str, text: str, seq: int | None = None, access: int | None = None) -> None:
        self.count[kind] = self.count.get(kind, 0) + 1
        if len(self.findings) < MOST:
            self.findings.append(Finding(kind, text, seq, access))


def link_hash(before: bytes, row: str) -> bytes:
    return hashlib.sha256(before + row.encode()).digest()


def walk(start: tuple[int, bytes], wanted: set[int]) -> Walk:
    """From the link behind `start` to the end, in batches; `wanted`: places whose hash the anchors ask for."""
    found = Walk(first=start[0], last=start[0])
    if start[0] in wanted:
        found.marks[start[0]] = start[1]
    before: tuple[bytes, ...] = (start[1],)  # what the link before may have been: as stored, or as it should be
    suspects: list[tuple[int, int, bytes, bytes, str]] = []
    for seq, access, stored, row in _links(start[0]):
        if seq != found.last + 1:
            _missing(found, found.last + 1, seq - 1)
            before = ()
        found.rows, found.last = found.rows + 1, seq
        if seq in wanted:
            found.marks[seq] = stored
        if row is None:
            text = _("Die Protokollzeile %(access)d (Stelle %(seq)d der Kette) wurde gelöscht.") % {
                "access": access,
                "seq": seq,
            }
            found.add("deleted", text, seq, access)
            before = (stored,)
            continue
        should = [link_hash(one, row) for one in before]
        if before and stored not in should:
            if len(suspects) < MOST:
                suspects.append((seq, access, before[0], stored, row))
            found.count["altered"] = found.count.get("altered", 0) + 1
            before = (stored, *should[:1])
        else:
            before = (stored,)
    _explain(found, suspects)
    _loose(found)
    return found


def _links(after: int) -> Iterator[tuple[int, int, bytes, str | None]]:
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_BATCH, [after])
            rows = cursor.fetchall()
        for seq, access, stored, row in rows:
            yield seq, access, bytes(stored), row
        if len(rows) < BATCH:
            return
        after = rows[-1][0]


def _missing(found: Walk, low: int, high: int) -> None:
    if low == high:
        text = _("An Stelle %d der Kette fehlt eine Protokollzeile: Sie wurde mit ihrem Glied gelöscht.") % low
    else:
        text = _("An den Stellen %(low)d bis %(high)d der Kette fehlen Protokollzeilen: Sie wurden gelöscht.") % {
            "low": low,
            "high": high,
        }
    found.add("deleted", text, low)
    found.count["deleted"] += high - low


def _explain(found: Walk, suspects: list[tuple[int, int, bytes, bytes, str]]) -> None:
    """Which of the rows that do not fit stand in each other's place, and which were altered."""
    for seq, access, before, stored, row in suspects:
        at = {"seq": seq, "access": access}
        home = next((s for s, _a, b, h, _r in suspects if s != seq and link_hash(b, row) == h), None)
        found.count["altered"] -= 1
        if home is not None or any(link_hash(before, other) == stored for _s, _a, _b, _h, other in suspects):
            text = _("Die Protokollzeile %(access)d steht falsch an Stelle %(seq)d der Kette: Die Reihenfolge wurde geändert.")
            found.add("reordered", text % at, seq, access)
        else:
            found.add(
                "altered", _("Die Protokollzeile %(access)d (Stelle %(seq)d der Kette) wurde verändert.") % at, seq, access
            )
    found.findings.sort(key=lambda finding: finding.seq or 0)
    found.count = {kind: number for kind, number in found.count.items() if number}


def _loose(found: Walk) -> None:
    """Rows no link leads to: put in past the trigger, or their links are gone."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOSE)
        rows = cursor.fetchall()
    for access, _count in rows:
        text = _("Die Protokollzeile %d gehört zu keinem Glied der Kette: Sie wurde an ihr vorbei eingefügt.") % access
        found.add("inserted", text, None, access)
    if rows:
        found.count["inserted"] = rows[0][1]
