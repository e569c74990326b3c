"""The post box: letters, newest first, and each with its papers; and the operator's list of echoes that wait."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from stadtkern.kernel.accounts.access import actor_of, signed_in, staff
from stadtkern.kernel.accounts.models import Role
from stadtkern.kernel.privacy.actions import note_owned

from . import actions
from .models import Echo, Message

PAGE = 25


@signed_in
def overview(request: HttpRequest) -> HttpResponse:
    """All letters of the person (or the company acted for), `?nur=neu` the unread ones; paged by key."""
    actor = actor_of(request)
    rows = Message.objects.of_person(actor).select_related("office").order_by("-pk")
    only_new = request.GET.get("nur") == "neu"
    if only_new:
        rows = rows.unread()
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit():
        rows = rows.filter(pk__lt=int(before[:18]))
    page = list(rows.defer("body")[: PAGE + 1])
    note_owned(actor, page[:PAGE], source="inbox", fields=("title",))
    older = f"?{'nur=neu&' if only_new else ''}before={page[PAGE - 1].pk}" if len(page) > PAGE else ""
    return render(request, "inbox/list.html", {"letters": page[:PAGE], "older": older, "only_new": only_new})


@signed_in
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter; opening it is reading it."""
    actor = actor_of(request)
    found = Message.objects.visible_to(actor).select_related("office")
    letter = actions.mark_read(actor, get_object_or_404(found, pk=pk))
    note_owned(actor, [letter], source="inbox", fields=("messages",))
    papers = {"documents": letter.documents.order_by("pk"), "uploads": letter.uploads.order_by("pk")}
    mine = Message.objects.of_person(actor).filter(pk=pk).exists()
    return render(request, "inbox/message.html", {"letter": letter, "mine": mine, **papers})


@staff(Role.OPERATOR)
def operate(request: HttpRequest) -> HttpResponse:
    """E-mails that did not go out: since when, how often tried, why. No addresses, no titles."""
    waiting = Echo.objects.exclude(state=Echo.State.SENT).filter(attempts__gt=0).order_by("pk")
    rows = waiting.select_related("message").only("state", "attempts", "last_error", "message__created_at")[:100]
    return render(request, "inbox/operate.html", {"echoes": rows})
