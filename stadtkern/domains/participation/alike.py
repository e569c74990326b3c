"""Contributions that say much the same: shown before somebody sends a second one."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from stadtkern.lib.opinion.similar import Index, Match

from .models import Contribution, Process

KEPT = 8  # collections in the memory of one server process
OVERLAP = timedelta(minutes=5)  # clocks and transactions that were still open
TEXT = 1000  # letters of a text that are compared


class _Collection:
    def __init__(self) -> None:
        self.index = Index()
        self.seen: datetime | None = None
        self.lock = threading.Lock()


_known: OrderedDict[int, _Collection] = OrderedDict()
_door = threading.Lock()


def similar(title: str, text: str, process: Process, most: int = 5) -> list[tuple[Contribution, int, str]]:
    """Published contributions of the process that are alike, best first: the contribution, 0 to 100, and why in words."""
    collection = _fresh(process.pk)
    with collection.lock:
        matches = collection.index.alike(title, text[:TEXT], most * 3)
    rows = Contribution.objects.filter(process=process, state=Contribution.State.PUBLISHED).defer("search")
    found = rows.in_bulk([match.number for match in matches])
    return [(found[match.number], match.score, _why(match)) for match in matches if match.number in found][:most]


def contributions(process: Process, title: str, text: str) -> list[Contribution]:
    """The same without figures, for the page where one writes."""
    return [row for row, _score, _why in similar(title, text, process)]


def _fresh(process_id: int) -> _Collection:
    """The collection in memory, with what was published or changed since it was last asked."""
    with _door:
        collection = _known.setdefault(process_id, _Collection())
        _known.move_to_end(process_id)
        while len(_known) > KEPT:
            _known.popitem(last=False)
    with collection.lock:
        now = timezone.now()
        rows = Contribution.objects.filter(process=process_id, state=Contribution.State.PUBLISHED)
        if collection.seen is not None:
            rows = rows.filter(Q(published_at__gte=collection.seen) | Q(edited_at__gte=collection.seen))
        for pk, title, text in rows.values_list("pk", "title", "text").iterator(2000):
            collection.index.add(pk, title, text[:TEXT])
        collection.seen = now - OVERLAP
    return collection


def _why(match: Match) -> str:
    if match.same_title:
        return _("Fast derselbe Titel")
    return _("Ähnliche Worte")
