"""Open311 GeoReport v2 without a network: shapes, writer, reader for JSON and XML, as the standard says and as servers do."""
