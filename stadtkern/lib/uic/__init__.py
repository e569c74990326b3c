"""Signed tickets for public transport: frame U2 with rail ticket data (FCB 3), packed PER, ECDSA P-256, drawn as Aztec.

Our own description of the fields we use (`schema.py`); on the wire they lie where the UIC's modules have them. docs/tickets.md
says what of that is checked and what is not.
"""

from .barcode import Frame, Unreadable, issue, open_frame, show
from .content import Content
from .inspecting import Keys, Known, Verdict, inspect

__all__ = ["Content", "Frame", "Keys", "Known", "Unreadable", "Verdict", "inspect", "issue", "open_frame", "show"]
