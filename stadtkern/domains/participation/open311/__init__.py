"""Open311 GeoReport v2: other systems read and send reports (docs/open311.md)."""
