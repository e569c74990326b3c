"""A call, turn by turn: what was said or pressed goes into the talk, its answer comes back as words and, if we can, sound."""

import logging

from django.db import transaction
from django.utils.translation import gettext as _

from stadtkern.kernel.accounts import throttle
from stadtkern.kernel.accounts.access import Actor
from stadtkern.lib import ids

from . import actions, hints
from .adapters import NotConnected
from .adapters.recognisers import Unheard, recogniser
from .adapters.speech import speech
from .adapters.telephone import Answer, Turn
from .booking import CityWorld
from .dialogue import Stage, State, Talk
from .dialogue.besides import as_reply
from .dialogue.state import Reply
from .models import Conversation, Door
from .sound import Unfit, check

CALLS, HOUR = 12, 3600  # new calls of one number
REPEATED = 300  # seconds a request is known again; its signature is good for two minutes
log = logging.getLogger(__name__)


def answer(turn: Turn) -> Answer:
    """What is said now. A call that ends without a booking lets go of what it held."""
    secret = f"call:{turn.call}"
    row = Conversation.objects.filter(key=ids.digest(secret)).first()
    if turn.mark and throttle.count(f"voice:turn:{ids.digest(turn.mark)}", REPEATED) > 1:
        return _again(row)
    if turn.event == "hangup":
        _hang_up(turn, row)
        return Answer("", hangup=True)
    try:
        heard = _heard(turn)
    except NotConnected as missing:
        office, number = _world(turn.call).human(None)
        return _spoken(
            _("%(problem)s Menschen erreichen Sie hier: %(office)s, Telefon %(phone)s.")
            % {"problem": missing, "office": office, "phone": number},
            hangup=True,
        )
    if row is None or row.over or turn.event == "start":
        if turn.caller and throttle.count(f"voice:caller:{ids.digest(turn.caller)}", HOUR) > CALLS:
            return _spoken(
                _("Sie haben heute schon oft angerufen. Bitte versuchen Sie es in einer Stunde wieder."), hangup=True
            )
        row = actions.begin(Actor(), Door.PHONE, secret)
    return _turn(turn, row, heard)


def _again(row: Conversation | None) -> Answer:
    """A request sent twice says the same twice and does nothing; after the end of the call there is nothing to say."""
    state = State.of(row.state) if row and not row.over else State()
    if not state.reply:
        return Answer("", hangup=True)
    return _spoken(_aloud(as_reply(state.reply), state), hangup=False)


@transaction.atomic
def _turn(turn: Turn, row: Conversation, heard: str) -> Answer:
    """One turn of a call after the other: two at once would answer the same question twice."""
    row = Conversation.objects.select_for_update().filter(pk=row.pk).first() or row
    talk = Talk(_world(turn.call), State.of(row.state))
    talk.state.phone = talk.state.phone or turn.caller
    if turn.event == "start":
        reply = talk.greeting()
        text = (
            _("Guten Tag. Hier spricht ein Computer der Stadt. Sie können jederzeit „Mensch bitte“ sagen.") + " " + reply.spoken
        )
    else:
        reply = talk.turn(_said(turn, talk.state, heard))
        text = _aloud(reply, talk.state)
    actions.keep(row, talk.state.as_json())
    if reply.over:
        actions.end(Actor(), row)
    return _spoken(text, hangup=reply.over)


def _world(call: str) -> CityWorld:
    return CityWorld(Actor(), ids.digest(f"call:{call}:holder"), by_page=False)


def _hang_up(turn: Turn, row: Conversation | None) -> None:
    if row is None:
        return
    state = State.of(row.state)
    if state.hold:
        _world(turn.call).release(state.hold)
    actions.end(Actor(), row)


def _said(turn: Turn, state: State, heard: str) -> str:
    """Words of this turn; empty where nothing was heard."""
    if turn.digits:
        choices = state.reply.get("choices") or []
        number = int(turn.digits[-1]) if turn.digits[-1].isdigit() else -1
        if turn.digits[-1] == "0":
            return "Mensch bitte"
        return str(choices[number - 1][1]) if 1 <= number <= len(choices) else ""
    return heard


def _heard(turn: Turn) -> str:
    """Recognised here or by the gateway; before anything is locked. Raises NotConnected."""
    if turn.text or not turn.sound or turn.digits or turn.event in ("start", "silence"):
        return turn.text
    try:
        check(turn.sound)
        return recogniser().hear(turn.sound, hints.words())
    except (Unfit, Unheard) as unheard:
        log.info("Nothing heard in a call: %s", type(unheard).__name__)
        return ""


def _aloud(reply: Reply, state: State) -> str:
    text = reply.spoken
    if state.stage == Stage.CONFIRM:
        text += " " + _("Oder drücken Sie die Eins für Ja, die Zwei für Nein.")
    if state.stage == Stage.LINK and reply.link:
        text += " " + _("Sie finden es auf unserer Internetseite.")
    if reply.number:
        text += " " + _("Ich wiederhole die Nummer: %(number)s.") % {"number": " ".join(reply.number)}
    return text


def _spoken(text: str, *, hangup: bool) -> Answer:
    try:
        return Answer(text, speech().say(text), hangup)
    except NotConnected:  # the gateway reads the text itself
        return Answer(text, b"", hangup)
