"""Everything that changes in the data protection office; the only place that writes its tables."""

from .breaches import close, decide_authority, describe, enter, from_occasion, mark_notified, reopen, report
from .corrections import answer, ask_office, forget_of
from .guard import Refused
from .letters import decide_told, name_affected, order_letters, send_letters, write_letter

__all__ = [
    "Refused",
    "answer",
    "ask_office",
    "close",
    "decide_authority",
    "decide_told",
    "describe",
    "enter",
    "forget_of",
    "from_occasion",
    "mark_notified",
    "name_affected",
    "order_letters",
    "reopen",
    "report",
    "send_letters",
    "write_letter",
]
