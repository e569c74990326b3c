"""A delivery service for demo and tests that behaves like FIT-Connect's, and misbehaves on demand."""

from .app import App
from .service import Service

__all__ = ["App", "Service"]
