"""Doors of the appointments for programs: FHIR."""

from .fhir.api import router

__all__ = ["router"]
