"""The plan of a process: phases that do not overlap, who may take part, categories."""

from collections.abc import Mapping
from copy import copy
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.events.actions import record

from ..models import Category, Contribution, Phase, Process
from ..schedule import Span, problem
from ..templating import ALLOWS, WHO
from .guard import Refused, tidy
from .holding import announced, held
from .running import UMLAUTS, changed, locked_process


@transaction.atomic
def set_phase(actor: Actor, process: Process, values: Mapping[str, Any], phase: Phase | None = None) -> Phase:
    """A new phase, or another title, time, permission or rule for one. Phases do not overlap. `values`: the fields of Phase."""
    poll = announced(process)
    row = locked_process(actor, process)
    found = Phase.objects.filter(process=row, pk=phase.pk).first() if phase else Phase(process=row)
    if found is None:
        raise Phase.DoesNotExist
    was = copy(found) if phase else None
    found.title, found.text = tidy(values.get("title"), 100), tidy(values.get("text"), 600)
    found.starts_at, found.ends_at = values["starts_at"], values["ends_at"]
    found.allows = [word for word in ALLOWS if word in set(values.get("allows") or ())]
    found.who = checked_rule(values.get("who") or {})
    if len(found.title) < 3:
        raise Refused(_("Bitte geben Sie der Phase einen Namen."), "title")
    spans = [Span(one.title, one.starts_at, one.ends_at, one.pk) for one in Phase.objects.filter(process=row)]
    if wrong := problem(spans, Span(found.title, found.starts_at, found.ends_at, found.pk)):
        raise Refused(wrong, "ends_at")
    held(poll, was, found)
    if not found.key:
        found.key = _free_key(row, found.title)
    found.save()
    changed(row, actor, "phases")
    return found


def _free_key(row: Process, title: str) -> str:
    taken = set(Phase.objects.filter(process=row).values_list("key", flat=True))
    base = slugify(title.translate(UMLAUTS))[:50].strip("-") or "phase"
    return next(key for key in (base, *(f"{base}-{number}" for number in range(2, 1000))) if key not in taken)


def checked_rule(who: Mapping[str, Any]) -> dict[str, Any]:
    """Only what eligibility.py knows, in its types. Raises Refused for ages that leave nobody."""
    rule: dict[str, Any] = {}
    for key in WHO:
        value = who.get(key)
        if key in ("residents", "staff") and value:
            rule[key] = True
        elif key == "account" and value is False:
            rule[key] = False
        elif (
            key in ("min_age", "max_age", "months")
            and isinstance(value, int)
            and not isinstance(value, bool)
            and 0 < value < 1000
        ):
            rule[key] = value
        elif key == "districts" and isinstance(value, list | tuple):
            rule |= {key: listed} if (listed := [tidy(one, 100) for one in value if tidy(one, 100)]) else {}
        elif key == "trust" and value in ("basic", "substantial", "high"):
            rule[key] = value
    if rule.get("min_age", 0) > rule.get("max_age", 10**6):
        raise Refused(_("Das Mindestalter ist höher als das Höchstalter: So darf niemand mitmachen."), "max_age")
    return rule


@transaction.atomic
def drop_phase(actor: Actor, process: Process, phase: Phase) -> None:
    """A phase that has not begun."""
    poll = announced(process)
    row = locked_process(actor, process)
    found = Phase.objects.filter(process=row, pk=phase.pk).first()
    if found is None:
        return
    if row.state != Process.State.DRAFT and found.starts_at <= timezone.now():
        raise Refused(_("Diese Phase hat schon begonnen. Sie können ihr Ende ändern."))
    held(poll, found, None)
    found.delete()
    changed(row, actor, "phases")


@transaction.atomic
def tell_times(phase: Phase, starts_at: datetime, ends_at: datetime) -> None:
    """For the demo alone: a vote is cast now and told as one of some weeks ago. No page leads here; set_phase refuses it."""
    Phase.objects.filter(pk=phase.pk).update(starts_at=starts_at, ends_at=ends_at)
    record("process.changed", subject=str(phase.process), actor=SYSTEM, data={"what": "phases"})


@transaction.atomic
def set_categories(actor: Actor, process: Process, titles: list[str]) -> Process:
    """All categories in this order; one that contributions have keeps its key, one they have cannot go."""
    row = locked_process(actor, process)
    known = {one.title: one for one in Category.objects.filter(process=row)}
    wanted = list(dict.fromkeys(tidy(title, 100) for title in titles[:60]))
    wanted = [title for title in wanted if title]
    for title, one in known.items():
        if title not in wanted:
            if Contribution.objects.filter(process=row, category=one).exists():
                raise Refused(_("In „%s“ gibt es schon Beiträge. Diese Kategorie muss bleiben.") % title, "categories")
            one.delete()
    taken = {one.key for title, one in known.items() if title in wanted}
    for position, title in enumerate(wanted):
        if (kept := known.get(title)) is not None:
            kept.position = position
            kept.save(update_fields=["position"])
            continue
        base = slugify(title.translate(UMLAUTS))[:50].strip("-") or "kategorie"
        key = next(name for name in (base, *(f"{base}-{n}" for n in range(2, 1000))) if name not in taken)
        taken.add(key)
        Category.objects.create(process=row, key=key, title=title, position=position)
    changed(row, actor, "categories")
    return row
