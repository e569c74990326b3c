"""A wish typed or said: one field, what was understood, three times to choose from. Works without JavaScript."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from stadtkern.kernel.accounts import draft_cookie, throttle
from stadtkern.kernel.accounts.access import Actor, actor_of, everyone
from stadtkern.lib import ids
from stadtkern.ui.permissions import policy

from . import actions, hints, phone, sound
from .adapters import NotConnected
from .adapters.recognisers import Unheard, recogniser
from .adapters.telephone import Stranger, Unreadable, gateway
from .booking import CityWorld
from .dialogue import Stage, State, Talk
from .dialogue.state import Choice, Reply
from .models import Conversation, Door

SESSION = "voice"  # the secret of the talk
LONGEST = 500
MOST_TURNS = 40  # a minute and address
UNFIT = dict.fromkeys([*range(32), *range(127, 160), *range(0xD800, 0xE000)], " ")


@everyone
@never_cache
def wish(request: HttpRequest) -> HttpResponse:
    """The talk so far, and the field for the next sentence."""
    if request.method != "POST":
        return _page(request, _running(request))
    if throttle.another_miss(request, "voice", MOST_TURNS):
        return _page(
            request, _running(request), problem=_("Das war sehr viel auf einmal. Bitte warten Sie eine Minute."), status=429
        )
    text = request.POST.get("say", "").translate(UNFIT).strip()[:LONGEST]
    if not text:
        return _page(request, _running(request), problem=_("Schreiben Sie, was Sie erledigen möchten und wann."), status=422)
    return _answered(request, text)


@everyone
@require_POST
def restart(request: HttpRequest) -> HttpResponse:
    """Everything said is forgotten; a time held is free again."""
    row = _running(request)
    if row is not None:
        actor, holder, _secret = _holder(request)
        Talk(CityWorld(actor, holder, by_page=True), State.of(row.state)).turn("abbrechen")
        actions.end(actor, row)
    request.session.pop(SESSION, None)
    return redirect("voice:wish")


@everyone
@require_POST
def record(request: HttpRequest) -> HttpResponse:
    """A sound file, spoken here or brought along: heard once, then gone. What was heard is shown as if it had been typed."""
    if throttle.another_miss(request, "voice", MOST_TURNS):
        return _page(
            request, _running(request), problem=_("Das war sehr viel auf einmal. Bitte warten Sie eine Minute."), status=429
        )
    upload = request.FILES.get("audio")
    if upload is None:
        return _page(request, _running(request), problem=_("Wählen Sie eine Aufnahme aus."), status=422)
    try:
        data = upload.read(sound.MOST_BYTES + 1)
        sound.check(data)
        text = recogniser().hear(data, hints.words())
    except NotConnected as missing:
        return _page(request, _running(request), problem=str(missing), status=503)
    except (sound.Unfit, Unheard) as unfit:
        return _page(request, _running(request), problem=str(unfit), status=422)
    finally:
        upload.close()  # a file in the way of the upload is deleted here
    return _answered(request, text.translate(UNFIT).strip()[:LONGEST])


@csrf_exempt  # a machine, recognised by its signature
@require_POST
@everyone
def telephone(request: HttpRequest) -> HttpResponse:
    """One turn of a call, from the gateway this city has chosen."""
    way = gateway()
    try:
        turn = way.read(request)
    except NotConnected as missing:
        return JsonResponse({"error": str(missing)}, status=503)
    except Stranger:
        if throttle.another_miss(request, "voice.telephone"):
            return JsonResponse({"error": "Too many attempts."}, status=429)
        return JsonResponse({"error": "The signature is wrong or too old."}, status=403)
    except Unreadable:
        return JsonResponse({"error": "See docs/voice.md for the form of a turn."}, status=400)
    return way.write(phone.answer(turn))


@transaction.atomic
def _answered(request: HttpRequest, text: str) -> HttpResponse:
    """One turn after the other. An answer to a question that is no longer the last one, from another tab or a second click,
    answers nothing."""
    actor, holder, secret = _holder(request)
    row = _running(request)
    if row is not None:
        row = Conversation.objects.select_for_update().filter(pk=row.pk).first()
    if row is not None and _late(request, State.of(row.state)):
        return _page(
            request,
            row,
            problem=_("Das Gespräch ist inzwischen weitergegangen. Hier ist der letzte Stand. Bitte antworten Sie darauf."),
            status=409,
        )
    if row is None:
        request.session[SESSION] = ids.secret()
        row = actions.begin(actor, Door.BROWSER, request.session[SESSION])
    talk = Talk(CityWorld(actor, holder, by_page=True), State.of(row.state))
    reply = talk.turn(text)
    said = [*row.state.get("said", []), text][-6:]
    actions.keep(row, talk.state.as_json() | {"said": said})
    if reply.over and not reply.number:
        actions.end(actor, row)
        request.session.pop(SESSION, None)
    response = redirect("voice:wish")
    if secret:
        draft_cookie.remember(response, secret)
    return response


def _late(request: HttpRequest, state: State) -> bool:
    """Whether it answers another question than the last one; only the page that asks for a yes can give it."""
    given = request.POST.get("turn", "")
    return given != str(state.turns) if given or state.stage == Stage.CONFIRM else False


def _holder(request: HttpRequest) -> tuple[Actor, str, str]:
    """Actor, the key times are held under, and the secret to remember where the browser had none."""
    actor = actor_of(request)
    if actor.account:
        return actor, ids.digest(f"account:{actor.account.pk}:{actor.mandate.pk if actor.mandate else 0}"), ""
    if actor.draft_keys:
        return actor, actor.draft_keys[0], ""
    secret = ids.secret()
    return actor, ids.digest(secret), secret


def _running(request: HttpRequest) -> Conversation | None:
    secret = request.session.get(SESSION)
    row = Conversation.objects.filter(key=ids.digest(secret)).first() if isinstance(secret, str) else None
    return row if row is not None and not row.over else None


def _page(request: HttpRequest, row: Conversation | None, problem: str = "", status: int = 200) -> HttpResponse:
    state = State.of(row.state) if row else State()
    reply = state.reply
    context = {
        "reply": reply or None,
        "turn": state.turns,
        "said": row.state.get("said", [])[-1:] if row else [],
        "problem": problem,
        "aloud": Reply(**{**reply, "choices": tuple(Choice(*one) for one in reply["choices"])}).spoken if reply else "",
        "server": recogniser().SERVER and not recogniser().problem(),
        "browser": recogniser().BROWSER,
    }
    response = render(request, "voice/wish.html", context, status=status)
    response["Permissions-Policy"] = policy("microphone")
    return response
