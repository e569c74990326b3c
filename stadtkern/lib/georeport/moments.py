"""Moments as GeoReport writes them: ISO 8601 with zone. Reading is kinder than writing."""

from datetime import UTC, datetime, tzinfo


def written(at: datetime | None) -> str | None:
    """`2026-11-29T22:10:00+01:00`; the zone is always there. None stays None."""
    if at is None:
        return None
    if at.tzinfo is None:
        raise ValueError("a moment without zone")
    return at.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def read(text: object, zone: tzinfo = UTC) -> datetime | None:
    """What somebody sent as a moment; None for empty or for what is none. Without a zone it is taken for `zone`."""
    plain = str(text or "").strip()
    if not 8 <= len(plain) <= 40 or not plain.isascii():
        return None
    # A "+" in an address that was not escaped arrives as a blank: 2026-01-01T00:00:00 01:00
    if "T" in plain and " " in plain and "+" not in plain:
        plain = plain.replace(" ", "+")
    try:
        at = datetime.fromisoformat(plain)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=zone)
    try:
        return at.astimezone(UTC) if datetime(1900, 1, 1, tzinfo=UTC) < at < datetime(9000, 1, 1, tzinfo=UTC) else None
    except (OverflowError, ValueError):
        return None
