"""The same appointments for practices and the health office: FHIR R4 in the shape of gematik's ISiK Terminplanung."""
