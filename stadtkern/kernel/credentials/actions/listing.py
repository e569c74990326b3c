"""Places in the status list: drawn by lot, never given twice, set when a copy no longer holds."""

import secrets
from collections.abc import Iterable

from stadtkern.kernel.credentials.models import Copy, StatusList

SIZE = 1 << 17  # places in a list: a look at it tells nothing about one of them
FULL = SIZE // 2  # then drawing would take long; a new list begins


def draw(number: int) -> tuple[StatusList, list[int]]:
    """Places for new copies, in one list. The caller's diary line covers it."""
    row = StatusList.objects.select_for_update().filter(used__lte=FULL - number).order_by("pk").first()
    if row is None:
        row = StatusList.objects.create(bits=bytes(SIZE // 8), taken=bytes(SIZE // 8))
    taken, drawn = bytearray(row.taken), list[int]()
    while len(drawn) < number:
        place = secrets.randbelow(SIZE)
        if not taken[place // 8] >> place % 8 & 1:
            taken[place // 8] |= 1 << place % 8
            drawn.append(place)
    row.taken, row.used = bytes(taken), row.used + number
    row.save(update_fields=["taken", "used"])
    return row, drawn


def strike(copies: Iterable[Copy]) -> int:
    """These copies no longer hold, whoever shows them; returns how many. The caller's diary line covers it."""
    by_list: dict[int, list[int]] = {}
    for copy in copies:
        by_list.setdefault(copy.listed_id, []).append(copy.place)
    for pk in sorted(by_list):  # always in this order: two at once wait for each other, not for ever
        row = StatusList.objects.select_for_update().get(pk=pk)
        bits = bytearray(row.bits)
        for place in by_list[pk]:
            bits[place // 8] |= 1 << place % 8
        row.bits, row.version = bytes(bits), row.version + 1
        row.save(update_fields=["bits", "version"])
    return sum(len(places) for places in by_list.values())
