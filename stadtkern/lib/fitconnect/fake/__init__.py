"""A delivery service for demo and tests that behaves like FIT-Connect's, and misbehaves on demand."""

from .actions import Service, trouble
from .app import App

__all__ = ["App", "Service", "trouble"]
