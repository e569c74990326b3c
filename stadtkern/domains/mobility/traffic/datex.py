"""Road works and incidents for other systems: a situation publication in the shape of DATEX II version 3, and GeoJSON features.

Valid against the schemas D2Payload, Situation, Common and LocationReferencing of version 3.1 (EN 16157-2, -3 and -7); the test
checks it wherever STADTKERN_DATEX names a folder with them, and their rules as facts everywhere (docs/traffic.md).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from lxml import etree

from stadtkern.kernel.accounts.access import everyone
from stadtkern.kernel.city.profile import city

from ..models import Incident
from ..trips.doors import door, kept
from .queries import public_incidents

BASE = "http://datex2.eu/schema/3/"
NAMES = {"d2": f"{BASE}d2Payload", "com": f"{BASE}common", "sit": f"{BASE}situation", "loc": f"{BASE}locationReferencing"}
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
Kind = Incident.Kind
RECORDS = {
    Kind.WORKS: ("MaintenanceWorks", ("roadMaintenanceType", "roadworks")),
    Kind.DAMAGE: ("InfrastructureDamageObstruction", ("infrastructureDamageType", "other")),
    Kind.ACCIDENT: ("Accident", ("accidentType", "accident")),
    Kind.EVENT: ("PublicEvent", ("publicEventType", "other")),
    Kind.OTHER: ("GeneralObstruction", ("obstructionType", "other")),
}
CLOSED = ("RoadOrCarriagewayOrLaneManagement", ("roadOrCarriagewayOrLaneManagementType", "roadClosed"))
COMPLIANCE = "complianceOption"  # network management must say whether it binds


@everyone
@door("api")
def publication(request: HttpRequest) -> HttpResponseBase:
    """Everything published and not over, as XML; 304 while nothing in it changed."""
    now = timezone.now()
    rows = list(public_incidents(now))
    answer = HttpResponse(written(rows, now), content_type="application/xml; charset=utf-8")
    same = [(row.pk, row.changed_at, row.begins_at > now) for row in rows]
    return kept(request, answer, repr(same).encode(), 60)


def written(rows: Sequence[Incident], now: datetime) -> bytes:
    """The publication; times with their offset, coordinates in ETRS89 degrees."""
    root = etree.Element(f"{{{NAMES['d2']}}}payload", nsmap={**NAMES, "xsi": TYPE[1:-5]})
    root.set(TYPE, "sit:SituationPublication")
    root.set("lang", "de")
    root.set("modelBaseVersion", "3")
    _put(root, "com:publicationTime", now.isoformat())
    creator = _put(root, "com:publicationCreator")
    _put(creator, "com:country", "de")
    _put(creator, "com:nationalIdentifier", city().ags)
    for row in rows:
        _situation(root, row, now)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _situation(root: Any, row: Incident, now: datetime) -> None:
    held = _put(root, "sit:situation", id=f"incident-{row.pk}")
    _put(held, "sit:situationVersionTime", row.changed_at.isoformat())
    head = _put(held, "sit:headerInformation")
    _put(head, "com:confidentiality", "noRestriction")
    _put(head, "com:informationStatus", "real")
    _record(held, row, now, f"incident-{row.pk}-1", RECORDS[Kind(row.kind)])
    if row.closed:
        _record(held, row, now, f"incident-{row.pk}-2", CLOSED)


def _record(held: Any, row: Incident, now: datetime, key: str, told: tuple[str, tuple[str, str]]) -> None:
    kind, (name, value) = told
    record = _put(held, "sit:situationRecord", id=key, version=str(int(row.changed_at.timestamp())))
    record.set(TYPE, f"sit:{kind}")
    _put(record, "sit:situationRecordCreationTime", min(row.begins_at, row.changed_at).isoformat())  # works may lie ahead
    _put(record, "sit:situationRecordVersionTime", row.changed_at.isoformat())
    _put(record, "sit:probabilityOfOccurrence", "certain")
    validity = _put(record, "sit:validity")
    _put(validity, "com:validityStatus", "definedByValidityTimeSpec" if row.begins_at > now or row.ends_at else "active")
    span = _put(validity, "com:validityTimeSpecification")
    _put(span, "com:overallStartTime", row.begins_at.isoformat())
    if row.ends_at:
        _put(span, "com:overallEndTime", row.ends_at.isoformat())
    text = ". ".join(part for part in (row.title, row.street, row.text) if part)
    values = _put(_put(_put(record, "sit:generalPublicComment"), "sit:comment"), "com:values")
    _put(values, "com:value", text, lang="de")
    _place(record, row)
    if told is CLOSED:
        _put(record, f"sit:{COMPLIANCE}", "mandatory")
    _put(record, f"sit:{name}", value)


def _place(record: Any, row: Incident) -> None:
    """Every record has a location: the point, or where none is known the city's area by name."""
    place = _put(record, "sit:locationReference")
    if row.lat is None or row.long is None:
        place.set(TYPE, "loc:AreaLocation")
        values = _put(_put(_put(place, "loc:namedArea"), "loc:areaName"), "com:values")
        _put(values, "com:value", city().name, lang="de")
        return
    place.set(TYPE, "loc:PointLocation")
    point = _put(_put(place, "loc:pointByCoordinates"), "loc:pointCoordinates")
    _put(point, "loc:latitude", f"{row.lat:.6f}")
    _put(point, "loc:longitude", f"{row.long:.6f}")


def _put(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
    prefix, _colon, local = name.partition(":")
    made = etree.SubElement(parent, f"{{{NAMES[prefix]}}}{local}", attributes)
    made.text = "".join(one for one in text if one >= " " or one in "\n\t") or None
    return made


def features(box: tuple[float, float, float, float] | None) -> list[dict[str, Any]]:
    """The same as GeoJSON features; without a place they have no geometry and are in no box."""
    return [
        {
            "type": "Feature",
            "id": str(row.pk),
            "geometry": _point(row),
            "properties": {
                "kind": row.kind, "title": row.title, "text": row.text, "street": row.street, "closed": row.closed,
                "starts": row.begins_at.isoformat(), "ends": row.ends_at.isoformat() if row.ends_at else None,
            },
        }
        for row in public_incidents(timezone.now())
        if box is None or _inside(row, box)
    ]  # fmt: skip


def _point(row: Incident) -> dict[str, Any] | None:
    if row.lat is None or row.long is None:
        return None
    return {"type": "Point", "coordinates": [round(row.long, 6), round(row.lat, 6)]}


def _inside(row: Incident, box: tuple[float, float, float, float]) -> bool:
    return row.lat is not None and row.long is not None and box[0] <= row.long <= box[2] and box[1] <= row.lat <= box[3]
