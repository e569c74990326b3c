"""The city's electronic seal: keys, the field in the PDF, sealing and checking (PAdES, ETSI EN 319 142-1)."""

from .check import Finding, check
from .seal import Sealed, seal

__all__ = ["Finding", "Sealed", "check", "seal"]
