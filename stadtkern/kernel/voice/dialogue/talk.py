"""One turn after the other. The only call of `confirm` stands behind a plain yes in the stage CONFIRM."""

import re
from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext as _

from stadtkern.lib.when.say import day_in_words, time_in_words

from ..understanding.intent import sure
from ..understanding.targets import Target
from ..understanding.wish import Understanding
from . import answers
from .besides import Besides, as_reply
from .state import MOST_WORDS, NUMBERS, Choice, Offer, Reply, Stage, State
from .world import Refusal, Wanted

MOST_TURNS = 60
_ONLY = re.compile(r"\b(?:nur|bloß|bloss|allein|ohne|reicht)\b", re.IGNORECASE)
_DENIAL = re.compile(r"\b(?:nein|nee|nö|ne|doch|lieber|quatsch|ach|sondern|stopp)\b[ ,]*", re.IGNORECASE)


class Talk(Besides):
    """A talk in a world; `turn` takes what was said (empty: silence) and gives what we say."""

    def turn(self, text: str) -> Reply:
        """What we answer."""
        self.state.turns += 1
        if self.state.turns > MOST_TURNS:
            return self._said(self._human(over=True))
        text = text.strip()
        special = answers.wants(text) if text else ""
        if special in ("human", "restart", "end", "again"):
            return self._said(self._special(special))
        if not text:
            return self._said(self._missed(_("Ich habe nichts gehört.")))
        steps: dict[Stage, Callable[[str], Reply]] = {
            Stage.SERVICE: self._service, Stage.CHOOSE: self._choose, Stage.NAME: self._name, Stage.CONFIRM: self._confirm,
        }  # fmt: skip
        return self._said(steps.get(self.state.stage, self._start)(text))

    # the stages

    def _start(self, text: str) -> Reply:
        said = self.world.understand(text)
        self._let_go()
        if self.state.stage in (Stage.DONE, Stage.LINK) and said.guesses:
            self.state = State(turns=self.state.turns, name=self.state.name, phone=self.state.phone)
        if self.state.stage == Stage.DONE and self.state.later and not said.guesses and said.window.anything:
            later = self.state.later  # the second matter, which needs a visit of its own
            self.state = State(turns=self.state.turns, name=self.state.name, phone=self.state.phone)
            self._take(said)
            return self._go(later)
        self._take(said)
        if not said.guesses:
            if self.state.stage == Stage.DONE and self.state.reply:
                return as_reply(self.state.reply)  # the same yes once more: what is booked stays booked
            if self.state.target:
                return self._offer()
            return self._missed(_("Ich habe nicht verstanden, worum es geht."))
        return self._pick(said)

    def _service(self, text: str) -> Reply:
        number = answers.choice(text, len(self.state.candidates))
        if number is None and len(self.state.candidates) == 1 and answers.is_yes(text):
            number = 0
        if number is not None:
            return self._go(self.state.candidates[number])
        said = self.world.understand(text)
        self._take(said)
        named = next((guess.target.key for guess in said.guesses if guess.target.key in self.state.candidates), "")
        if named and said.guesses[0].target.key == named:
            return self._go(named)
        if said.guesses:
            return self._pick(said)
        if said.window.anything:
            return self._which()
        return self._missed(_("Das habe ich nicht verstanden."), self._which())

    def _choose(self, text: str) -> Reply:
        number = answers.choice(text, len(self.state.offers))
        if number is None and len(self.state.offers) == 1 and answers.is_yes(text):
            number = 0
        if number is not None:
            return self._hold(self.state.offers[number])
        return self._other_time(text) or self._missed(_("Das habe ich nicht verstanden."), self._times(""))

    def _name(self, text: str) -> Reply:
        said = self.world.understand(text)
        if answers.wants(text) in ("later", "earlier", "other") or (answers.is_no(text) and said.window.anything):
            self._let_go()
            return self._other_time(text) or self._offer()
        name = answers.name_in(text)
        if not name:
            return self._missed(
                _("Den Namen habe ich nicht verstanden."), Reply(_("Auf welchen Namen darf ich den Termin buchen?"))
            )
        self.state.name = name
        return self._read_back()

    def _confirm(self, text: str) -> Reply:
        if answers.is_yes(text):
            return self._book() if self.state.reply.get("ask") == _question() else self._read_back()
        if answers.is_no(text) or answers.wants(text) or self.world.understand(text).window.anything:
            self._let_go()
            return self._other_time(text) or self._times(_("Gut, ich buche nicht."))
        return self._missed(_("Ich buche nur, wenn Sie Ja sagen."), self._read_back())

    # steps

    def _take(self, said: Understanding) -> None:
        """Keep what was said about when, how many, how and where."""
        if said.window.anything:
            self.state.when = f"{self.state.when} . {_linked(said.text)}"[-MOST_WORDS:] if self.state.when else said.text
            self.state.shown = 0
        self.state.persons = said.persons or self.state.persons
        self.state.channel = said.channel or self.state.channel
        self.state.places = list(said.places) or self.state.places
        if said.anything:
            self.state.missed = 0

    def _pick(self, said: Understanding) -> Reply:
        if len(said.both) == 2:
            return self._go(said.both[0].key, also=said.both[1].key)
        if sure(said.guesses) or len(said.guesses) == 1:
            return self._go(said.guesses[0].target.key)
        self.state.candidates = [guess.target.key for guess in said.guesses]
        self.state.stage = Stage.SERVICE
        return self._which()

    def _which(self) -> Reply:
        known = [target for key in self.state.candidates if (target := self.world.target(key))]
        choices = tuple(Choice(target.title, NUMBERS[place]) for place, target in enumerate(known))
        return Reply(_("Welches Anliegen meinen Sie?"), self._read(None), choices=choices)

    def _go(self, key: str, also: str = "") -> Reply:
        target = self.world.target(key)
        if target is None:
            return self._missed(_("Das gibt es nicht mehr."))
        self.state.target, self.state.also, self.state.later, self.state.shown = key, also, "", 0
        if target.kind != "matter":
            return self._elsewhere(target)
        return self._offer()

    def _wanted(self) -> Wanted | None:
        target = self.world.target(self.state.target)
        if target is None:
            return None
        window = self.world.read_when(self.state.when)
        also = self.world.target(self.state.also) if self.state.also else None
        return Wanted(target, window, self.state.persons or 1, self.state.channel or "desk", tuple(self.state.places), also)

    def _offer(self, before: str = "") -> Reply:
        wanted = self._wanted()
        if wanted is None:
            return self._missed(_("Das gibt es nicht mehr."))
        try:
            self.state.offers, note = self.world.offers(wanted, self.state.shown)
        except Refusal as refusal:
            if wanted.also:
                return self._apart(wanted.target, wanted.also, before)
            self.state.stage, self.state.offers = Stage.CHOOSE, []
            self.state.channel = ""
            return Reply(_("Was möchten Sie ändern?"), self._read(wanted.target), before=str(refusal))
        if wanted.also and not self.state.offers:
            return self._apart(wanted.target, wanted.also, before)
        self.state.stage = Stage.CHOOSE
        return self._times(" ".join(filter(None, (before, note))))

    def _apart(self, target: Target, also: Target, before: str) -> Reply:
        """Two matters no single visit can be had for: the first now, the second is not forgotten."""
        self.state.also, self.state.later, self.state.shown = "", also.key, 0
        told = {"one": target.title, "other": also.title}
        note = (
            _("Beides in einem Besuch geht nicht. Zuerst „%(one)s“; für „%(other)s“ brauchen Sie einen eigenen Termin.") % told
        )
        return self._offer(" ".join(filter(None, (before, note))))

    def _times(self, before: str) -> Reply:
        target = self.world.target(self.state.target)
        self.state.stage = Stage.CHOOSE
        if not self.state.offers:
            office, phone = self.world.human(target)
            told = {"office": office, "phone": phone}
            ask = _("Nennen Sie mir bitte eine andere Zeit, oder rufen Sie an: %(office)s, %(phone)s.") % told
            return Reply(ask, self._read(target), before=before or _("Da ist nichts frei."))
        today = self.world.now().date()
        several = len({offer.place for offer in self.state.offers}) > 1
        choices = tuple(
            Choice(told_time(offer, today) + (f", {offer.title}" if several else ""), NUMBERS[place], offer.title)
            for place, offer in enumerate(self.state.offers)
        )
        return Reply(_("Welche Zeit passt? Oder nennen Sie eine andere."), self._read(target), before, choices)

    def _other_time(self, text: str) -> Reply | None:
        said = self.world.understand(text)
        kind = answers.wants(text)
        known = (self.state.target, self.state.also)
        changed = [guess for guess in said.guesses[:1] if guess.target.key not in known and not said.both]
        if changed and sure(said.guesses):
            self._take(said)
            return self._go(changed[0].target.key)
        if len(said.both) == 2 and {one.key for one in said.both} != {self.state.target, self.state.also}:
            self._take(said)
            return self._go(said.both[0].key, also=said.both[1].key)
        if self.state.also and said.guesses and not said.both and (_ONLY.search(text) or answers.is_no(text)):
            self._take(said)
            return self._go(said.guesses[0].target.key)
        if said.window.anything or said.places or said.channel or said.persons:
            self._take(said)
            return self._offer()
        if said.guesses and not changed and not kind and not answers.is_no(text):  # the same matter once more
            return self._offer()
        if kind == "earlier":
            self.state.shown = max(0, self.state.shown - 3)
            return self._offer()
        if kind in ("later", "other"):
            self.state.shown += max(1, len(self.state.offers))
            return self._offer()
        if answers.is_no(text):
            self.state.missed = 0
            return self._times(_("Sagen Sie, wann es besser passt, zum Beispiel „übermorgen Nachmittag“."))
        return None

    def _hold(self, offer: Offer) -> Reply:
        wanted = self._wanted()
        if wanted is None:
            return self._missed(_("Das gibt es nicht mehr."))
        try:
            self.state.hold = self.world.hold(wanted, offer).number
        except Refusal as refusal:
            return self._offer(str(refusal))
        self.state.held, self.state.missed = offer, 0
        if link := self.world.details(self.state.hold):
            self.state.stage = Stage.LINK
            when = told_time(offer, self.world.now().date())
            return Reply(
                _(
        "Ich habe %(when)s für Sie reserviert, gebucht ist noch nichts. Geben Sie Ihren Namen an "
        "und bestätigen Sie."
        ) % {"when": when},
                self._read(wanted.target), link=link, link_title=_("Angaben machen und buchen"),
            )  # fmt: skip
        self.state.name = self.state.name or self.world.name
        if self.state.name:
            return self._read_back()
        self.state.stage = Stage.NAME
        return Reply(_("Auf welchen Namen darf ich den Termin buchen?"), before=told_time(offer, self.world.now().date()) + ".")

    def _read_back(self) -> Reply:
        """The whole appointment in one sentence; only a yes to it books."""
        self.state.stage = Stage.CONFIRM
        target, offer = self.world.target(self.state.target), self.state.held
        if target is None or offer is None:
            self.state.stage = Stage.START
            return self.greeting()
        persons = (_("%(count)s Personen") % {"count": self.state.persons},) if (self.state.persons or 1) > 1 else ()
        lines = (
            self._titled(target),
            told_time(offer, self.world.now().date()),
            offer.title,
            *persons,
            _("auf den Namen %(name)s") % {"name": self.state.name},
        )
        return Reply(
            _question(),
            lines,
            choices=(Choice(_("Ja, buchen"), "Ja"), Choice(_("Nein"), "Nein")),
        )

    def _book(self) -> Reply:
        try:
            booked = self.world.confirm(self.state.hold, self.state.name, self.state.phone)
        except Refusal as refusal:
            self.state.hold, self.state.held = "", None
            return self._offer(str(refusal))
        when = told_time(self.state.held, self.world.now().date()) if self.state.held else ""
        self.state.stage, self.state.hold = Stage.DONE, ""
        told = {"when": when, "place": self.state.held.title if self.state.held else "", "number": " ".join(booked.number)}
        ask = _("Ihr Termin ist gebucht: %(when)s, %(place)s. Die Nummer ist %(number)s.") % told
        if later := self.world.target(self.state.later) if self.state.later else None:
            ask = f"{ask} " + _("Für „%(title)s“ fehlt noch ein Termin. Sagen Sie mir, wann es passt.") % {"title": later.title}
        link_title = _("Zum Termin") if booked.link else ""
        return Reply(ask, link=booked.link, link_title=link_title, number=booked.number, over=later is None)


def _question() -> str:
    """What stands at the end of the sentence read back: a yes counts only right behind it."""
    return _("Ist das richtig? Soll ich buchen? Bitte sagen Sie Ja oder Nein.")


def told_time(offer: Offer, today: date) -> str:
    """ "Dienstag, 8. Dezember, 9 Uhr 30"."""
    at = offer.starts_at
    return f"{day_in_words(at.date(), today)}, {time_in_words(at.time())}"


def _linked(text: str) -> str:
    """A later sentence narrows the earlier ones, or takes their place where they contradict: "nein, doch lieber Donnerstag"."""
    return "lieber " + _DENIAL.sub("", text)
