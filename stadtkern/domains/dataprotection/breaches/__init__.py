"""The register of breaches: clock, severity, papers."""
