"""What can be done at the pretended service, and what it does wrong when asked to; the only place that writes its rows."""

from . import trouble
from .service import No, Service

__all__ = ["No", "Service", "trouble"]
