"""What belongs to every part of a talk: the greeting, "Mensch bitte", "von vorn", and not having understood."""

from typing import Any

from django.utils.translation import gettext as _

from ..understanding.targets import Target
from ..understanding.wish import described
from .state import Choice, Reply, Stage, State
from .world import World

PATIENCE = 3  # turns without understanding until a human being is named


class Besides:
    """A talk in a world, without its steps."""

    def __init__(self, world: World, state: State | None = None) -> None:
        self.world = world
        self.state = state or State()

    def greeting(self) -> Reply:
        """The first words."""
        return self._said(
            Reply(
                _(
                    "Was möchten Sie erledigen, und wann? Sagen Sie zum Beispiel: „Ich brauche nächste Woche "
                    "einen Termin für einen neuen Ausweis.“"
                )
            )
        )

    def _special(self, kind: str) -> Reply:
        if kind == "human":
            return self._human()
        if kind == "again" and self.state.reply:
            return as_reply(self.state.reply)
        self._let_go()
        self.state = State(turns=self.state.turns, phone=self.state.phone)
        if kind == "end":
            return Reply(_("Ich habe nichts gebucht. Auf Wiederhören."), over=True)
        return self.greeting()

    def _human(self, *, over: bool = False) -> Reply:
        office, phone = self.world.human(self.world.target(self.state.target) if self.state.target else None)
        told = {"office": office, "phone": phone}
        return Reply(_("Menschen erreichen Sie hier: %(office)s, Telefon %(phone)s.") % told, over=over)

    def _missed(self, what: str, again: Reply | None = None) -> Reply:
        self.state.missed += 1
        if self.state.missed >= PATIENCE:
            self.state.missed = 0
            human = self._human()
            return Reply(
                human.ask + " " + _("Oder versuchen Sie es noch einmal mit anderen Worten."),
                before=what,
                choices=again.choices if again else (),
            )
        question = again or (as_reply(self.state.reply) if self.state.reply else self.greeting())
        return Reply(
            question.ask,
            question.understood,
            f"{what} {question.before}".strip(),
            question.choices,
            question.link,
            question.link_title,
        )

    def _read(self, target: Target | None) -> tuple[str, ...]:
        window = self.world.read_when(self.state.when)
        titles = self.world.place_titles(tuple(self.state.places))
        return tuple(described(self._titled(target), window, self.state.persons, self.state.channel, titles))

    def _elsewhere(self, target: Target) -> Reply:
        self.state.stage = Stage.LINK
        link, title = self.world.address(target)
        if target.kind == "service":
            ask = _("Dafür brauchen Sie keinen Termin: „%(title)s“ erledigen Sie online.") % {"title": target.title}
        else:
            office, phone = self.world.human(target)
            told = {"title": target.title, "office": office, "phone": phone}
            ask = (
                _(
                    "Für „%(title)s“ kann ich keinen Termin buchen. Auf der Seite steht, wer zuständig ist. %(office)s: "
                    "%(phone)s."
                )
                % told
            )
        return Reply(ask, self._read(target), link=link, link_title=title)

    def _titled(self, target: Target | None) -> str:
        """The matter, or both of one visit."""
        also = self.world.target(self.state.also) if self.state.also else None
        if target is None or also is None or also == target:
            return target.title if target else ""
        return _("%(one)s und %(other)s") % {"one": target.title, "other": also.title}

    def _said(self, reply: Reply) -> Reply:
        self.state.reply = {
            "ask": reply.ask, "understood": list(reply.understood), "before": reply.before, "link": reply.link,
            "link_title": reply.link_title,
            "choices": [[one.title, one.say, one.detail] for one in reply.choices], "number": reply.number, "over": reply.over,
        }  # fmt: skip
        return reply

    def _let_go(self) -> None:
        if self.state.hold and self.state.stage != Stage.DONE:
            self.world.release(self.state.hold)
        self.state.hold, self.state.held = "", None


def as_reply(raw: dict[str, Any]) -> Reply:
    """What was said last, from what the state remembers."""
    return Reply(**{**raw, "understood": tuple(raw["understood"]), "choices": tuple(Choice(*one) for one in raw["choices"])})
