"""The city's electronic seal: keys, the field in the PDF, sealing and checking (PAdES, ETSI EN 319 142-1)."""

from .sign import Sealed, seal
from .validate import Finding, check

__all__ = ["Finding", "Sealed", "check", "seal"]
