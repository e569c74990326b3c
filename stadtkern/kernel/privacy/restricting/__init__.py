"""Data at rest (Art. 18 DSGVO): kept, not used."""
