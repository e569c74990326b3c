"""Two versions of an imported form side by side, in sentences: the one people began on, the one that is valid now."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from stadtkern.lib.forms.diff import KINDS, differences
from stadtkern.lib.forms.model import Form
from stadtkern.lib.forms.xml import SchemaError

from ... import catalogue
from ...models import Edition
from ...service import ServiceBroken
from .common import context, editor, federal_desk

MOST = 20


@dataclass(frozen=True)
class Section:
    title: str
    lines: tuple[str, ...]


@editor
def editions(request: HttpRequest, key: str) -> HttpResponse:
    """What changed from an earlier edition (`?von=`) to what is in the folder now."""
    desk = federal_desk(request, key)
    rows = list(Edition.objects.filter(service=key).defer("files").order_by("-created_at")[:MOST])
    wish = request.GET.get("von", "")
    now = desk.service.digest if desk.service else ""
    chosen = next((row for row in rows if str(row.pk) == wish), None)
    chosen = chosen or next((row for row in rows if row.digest != now), None)
    more: dict[str, object] = {
        "rows": [(row, row.digest == now) for row in rows],
        "chosen": chosen,
        "sections": [],
        "wrong": "",
    }
    if chosen and desk.form:
        try:
            more["sections"] = sections(catalogue.from_edition(chosen).form, desk.form)
        except (ServiceBroken, SchemaError, ValueError) as error:
            more["wrong"] = str(error)
    return render(request, "services/edit/editions.html", context(desk, "services:edit_editions") | more)


def sections(old: Form, new: Form) -> list[Section]:
    """The differences under their headings."""
    found = differences(old, new)
    return [
        Section(title, tuple(one.text for one in found if one.kind == kind))
        for kind, title in KINDS.items()
        if any(one.kind == kind for one in found)
    ]
