"""When somebody wants to come: German words for days and times of day, read into a window.

docs/voice.md defines each expression. The moment "now" is always given; nothing here looks at a clock.
"""

from .read import Reading, read
from .window import Clock, Span, Window

__all__ = ["Clock", "Reading", "Span", "Window", "read"]
