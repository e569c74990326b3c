"""Everything that happens in participation; the only place that writes its rows. Each part has a file of its own name."""

from .contributing import answers_of, contribute, open_case, store_new
from .guard import Refused, locked, moderator, now_allows, owned, tidy
from .publishing import publish, reject

__all__ = [
    "Refused",
    "answers_of",
    "contribute",
    "locked",
    "moderator",
    "now_allows",
    "open_case",
    "owned",
    "publish",
    "reject",
    "store_new",
    "tidy",
]
