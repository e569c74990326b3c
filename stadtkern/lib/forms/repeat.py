"""Lists of entries: one more, one less, those behind move up."""

import re
from collections.abc import Mapping
from typing import Any

from stadtkern.lib.forms.model import MOST_REPEATS, MOST_SHOWN, Answers, Field, Form, Group, Step
from stadtkern.lib.forms.walk import Walk, find


def add(part: Form | Step, answers: Mapping[str, Any], path: str) -> Answers:
    """One more instance of the repeatable element (or the optional group) at `path`; unchanged when that is not allowed."""
    element = find(part, path)
    now = dict(answers)
    if element is None or path.endswith("]"):
        return now
    if element.maximum == 1:
        if isinstance(element, Group) and element.minimum == 0:
            now.setdefault(path, True)
        return now
    indexes = Walk(part, now).census.indexes.get(path, set()) | set(range(min(element.minimum, MOST_REPEATS)))
    if isinstance(element, Field):
        indexes = indexes or {0}  # the first input of a repeatable field is always shown
    most = MOST_SHOWN if element.maximum is None else min(element.maximum, MOST_SHOWN)
    place = max(indexes, default=-1) + 1
    if len(indexes) < most and place < MOST_REPEATS:
        if isinstance(element, Field):
            now.setdefault(f"{path}[0]", None)
        now[f"{path}[{place}]"] = True if isinstance(element, Group) else None
    return now


def remove(part: Form | Step, answers: Mapping[str, Any], path: str) -> Answers:
    """Without the instance at `path` (those behind it move up), without the optional group, without the file."""
    now = dict(answers)
    if find(part, path) is None:
        return now
    kept = {place: value for place, value in now.items() if not (place == path or place.startswith((f"{path}/", f"{path}[")))}
    head, bracket, rest = path.rpartition("[")
    if not bracket or not rest.endswith("]"):
        return kept
    gone = int(rest[:-1])
    moved: Answers = {}
    pattern = re.compile(re.escape(head) + r"\[(\d{1,9})\](.*)", re.DOTALL)
    for place, value in kept.items():
        found = pattern.fullmatch(place)
        if found and int(found.group(1)) > gone:
            moved[f"{head}[{int(found.group(1)) - 1}]{found.group(2)}"] = value
        else:
            moved[place] = value
    return moved
