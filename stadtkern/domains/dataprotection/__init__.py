"""Data protection: the city's own "data police", whom everybody can turn to."""
