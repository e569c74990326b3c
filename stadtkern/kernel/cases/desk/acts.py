"""Buttons of the desk: each calls one action and returns to the case; a refusal says why and keeps what was typed."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts.access import Actor, View, actor_of
from stadtkern.kernel.registers.blocks import is_hidden

from .. import actions
from ..models import Case
from . import file, listing
from .pages import clerks, member_of, show

Act = Callable[[HttpRequest, Actor, Case], str]


def button(name: str, *kept: str) -> Callable[[Act], View]:
    """A POST that runs an action and shows the case again. `kept`: fields to show again, with `name`, when it was refused."""

    def decorate(act: Act) -> View:
        @clerks
        @require_POST
        @wraps(act)
        def view(request: HttpRequest, reference: str) -> HttpResponse:
            find = file.listed_case if name == "take" else file.case_of  # what nobody may open yet can be taken
            case = find(member_of(request), reference)
            try:
                said = act(request, actor_of(request), case)
            except actions.Refused as refused:
                typed = {f"typed_{field}": request.POST.get(field, "") for field in kept}
                if is_hidden(case.account_id):
                    messages.warning(request, str(refused))
                    return redirect("cases:desk_case", case.reference)
                case = file.case_of(member_of(request), reference)  # as it is now, not as it was when the page was made
                return show(request, case, status=409, refused=str(refused), refused_form=name, **typed)
            if said:
                messages.success(request, said)
            query = listing.Wish.read(request.GET).query()
            return redirect(reverse("cases:desk_case", args=[case.reference]) + (f"?{query}" if query else ""))

        return view

    return decorate


@button("take")
def take(request: HttpRequest, actor: Actor, case: Case) -> str:
    actions.take(actor, case, over="over" in request.POST)
    return _("Sie bearbeiten diesen Vorgang jetzt.")


@button("give_back")
def give_back(request: HttpRequest, actor: Actor, case: Case) -> str:
    actions.give_back(actor, case)
    return _("Der Vorgang liegt wieder für alle im Amt bereit.")


@button("ask", "question")
def ask(request: HttpRequest, actor: Actor, case: Case) -> str:
    actions.ask_citizen(actor, case, request.POST.get("question", ""))
    return (
        _("Ihre Rückfrage liegt im Postfach.")
        if case.begun_on.decision.clock
        else _("Ihre Rückfrage liegt im Postfach. Die Frist ruht bis zur Antwort.")
    )


@button("tell", "body")
def tell(request: HttpRequest, actor: Actor, case: Case) -> str:
    actions.tell_citizen(actor, case, request.POST.get("body", ""))
    return _("Ihre Nachricht liegt im Postfach.")


@button("extend", "because")
def extend(request: HttpRequest, actor: Actor, case: Case) -> str:
    actions.extend(actor, case, request.POST.get("because", ""))
    return _("Die Frist ist verlängert. Der Brief mit dem Grund liegt im Postfach.")


@button("open_rest", "ground", "because")
def open_rest(request: HttpRequest, actor: Actor, case: Case) -> str:
    actions.open_despite_rest(actor, case, request.POST.get("ground", ""), request.POST.get("because", ""))
    return _("Der Vorgang ist für eine Stunde geöffnet. Die Person sieht Ihren Grund.")


@button("note", "note")
def note(request: HttpRequest, actor: Actor, case: Case) -> str:
    actions.write_note(actor, case, request.POST.get("note", ""))
    return _("Ihr Vermerk ist gespeichert.")


@button("decide", "outcome", "reason")
def decide(request: HttpRequest, actor: Actor, case: Case) -> str:
    decision = actions.decide(actor, case, request.POST.get("outcome", ""), request.POST.get("reason", ""))
    if decision.made_at is None:
        return _("Ihr Vorschlag wartet auf die Freigabe durch eine zweite Person.")
    return _("Entschieden. Das Schreiben wird jetzt erstellt und zugestellt.")


@button("approve")
def approve(request: HttpRequest, actor: Actor, case: Case) -> str:
    actions.approve(actor, case, _number(request))
    return _("Freigegeben. Das Schreiben wird jetzt erstellt und zugestellt.")


@button("send_back", "because")
def send_back(request: HttpRequest, actor: Actor, case: Case) -> str:
    actions.send_back(actor, case, request.POST.get("because", ""), _number(request))
    return _("Der Vorschlag ist zurückgegeben. Der Vermerk steht in der Akte.")


@clerks
@require_POST
def block(request: HttpRequest, reference: str) -> HttpResponse:
    """Without JavaScript: put a text building block behind what was typed so far."""
    case = file.case_of(member_of(request), reference)
    texts: list[file.Block] = file.blocks(case.begun_on)
    number = request.POST.get("block", "")
    chosen = texts[int(number)].text if number.isascii() and number.isdigit() and int(number) < len(texts) else ""
    reason = "\n\n".join(part for part in (request.POST.get("reason", "").strip(), chosen) if part)
    typed: dict[str, Any] = {"typed_outcome": request.POST.get("outcome", ""), "typed_reason": reason}
    return show(request, case, **typed)


def _number(request: HttpRequest) -> int | None:
    """The proposal the clerk has read; what is not a number fits none."""
    text = request.POST.get("proposal", "")
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
