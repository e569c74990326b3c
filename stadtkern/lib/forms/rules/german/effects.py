"""What a rule does to its elements: "muss befüllt werden", "zeige … als Pflicht an", "ist mit 001 vorzubefüllen"."""

from stadtkern.lib.forms.rules.german import vocabulary as v
from stadtkern.lib.forms.rules.german.acts import Part, acts_of
from stadtkern.lib.forms.rules.german.lands import OTHERS, scope
from stadtkern.lib.forms.rules.german.literals import listed
from stadtkern.lib.forms.rules.german.names import ends_in_effect, several, starts_ref
from stadtkern.lib.forms.rules.german.prose import LANDS, Act, Do, Ref
from stadtkern.lib.forms.rules.german.words import Cursor, NotUnderstood, Sort

_PLACES = (
    "in der antragsstrecke", "im antrag", "im formular", "im online-antrag", "für den antragsteller", "dem antragsteller",
    "der antragstellenden person", "in der antragstrecke", "zur auswahl", "in der codeliste", "im onlinedienst",
)  # fmt: skip
_TIMES = {"einmal": 1, "zweimal": 2, "dreimal": 3, "viermal": 4, "fünfmal": 5}
_CODE_WORDS = v.words("code codes wert werte eintrag einträge auswahl folgende folgenden folgender")
_GROUPS = frozenset({"gruppe", "feldgruppe", "datenfeldgruppe", "datengruppe", "pflichtgruppe", "pflichtfeldgruppe"})
_AGAIN = frozenset({"erneut", "nochmals", "weiteres"})


class Effects:
    """Reads one clause of effects; `before` = elements of the clause before, for "es", "das Feld"."""

    def __init__(self, cursor: Cursor, before: tuple[Ref, ...] = (), only: bool = False) -> None:
        self.cursor = cursor
        self.before = before
        self.start = cursor.at
        self.parts: list[Part] = [Part(only=only)]
        self.refers_back = False  # "dürfen dann nicht …" without a condition of its own
        self.joined = False  # a connector has just been read

    def read(self) -> tuple[Do, ...]:
        """All acts of the clause; the cursor stands behind them."""
        while not self._ends():
            if not (self._connector() or self._element() or self._scope() or self._verb() or self._mark() or self._rest()):
                raise self.cursor.fail()
        return tuple(do for part in self.parts for do in self._acts(part))

    @property
    def part(self) -> Part:
        return self.parts[-1]

    def _ends(self) -> bool:
        cursor = self.cursor
        if cursor.done() or cursor.sort() is Sort.STOP or cursor.here(v.IF) or self._else(0):
            return True
        token = cursor.peek()
        if token is not None and token.line and token.text[:1].isupper() and self.part.whole and _new_sentence(cursor):
            return True
        if cursor.low() == "," and (cursor.here(v.IF, 1) or self._else(1) or cursor.low(1) == "bei" or _if_after(cursor)):
            return True
        return cursor.low() == "bei" and (cursor.sort(1) is Sort.SIGN or (self.part.whole and starts_ref(cursor, 1)))

    def _else(self, ahead: int) -> bool:
        return any(all(self.cursor.low(ahead + at) == word for at, word in enumerate(phrase.split())) for phrase in v.ELSE)

    def _new(self) -> None:
        last = self.part
        self.parts.append(Part(modal=last.modal, refs=[], lands=last.lands))

    def _connector(self) -> bool:
        if self.cursor.low() not in v.CONNECTORS:
            return False
        self.cursor.at += 1
        self.joined = True
        if self.cursor.accept("wobei"):
            self._new()
            self.part.modal = ""
        return True

    def _element(self) -> bool:
        cursor = self.cursor
        if not starts_ref(cursor):
            return False
        if self.part.whole:
            self._new()
        found, joint = several(cursor, ends_in_effect)
        self.part.refs += found
        self.part.joint = self.part.joint or joint
        self.joined = False
        return True

    def _scope(self) -> bool:
        lands = scope(self.cursor)
        if lands is None:
            return False
        if self.part.whole and self.part.lands is not None:
            self._new()
            self.part.modal = ""
        self.part.lands = lands
        return True

    def _verb(self) -> bool:
        cursor, low = self.cursor, self.cursor.low()
        if low in v.VERBS:
            if self.part.verb or self.part.whole:
                self._new()
                self.part.modal = ""
            self.part.verb = v.VERBS[cursor.take().low]
            if low.startswith("erschein"):
                self.part.marks.add("shown")
            self.joined = False
            return True
        if low not in v.MODALS:
            return False
        cursor.at += 1
        if (self.part.whole or self.part.verb) and not self.joined and low in v.AUXILIARIES:
            return True  # "… ausgeblendet werden"
        if self.part.whole and not self.part.modal and not self.part.verb and not self.joined:
            self.part.modal = low  # "… ausgewählt werden darf"
            return True
        if self.part.modal and not self.part.whole and low in v.AUXILIARIES and not self.joined:
            return True
        if self.part.whole or self.part.verb:
            self._new()
        self.part.modal = low
        self.joined = False
        return True

    def _mark(self) -> bool:
        cursor, low, part = self.cursor, self.cursor.low(), self.part
        for words, mark in _MARKS:
            if low in words:
                cursor.at += 1
                part.marks.add(mark)
                part.closed = part.closed or not part.verb
                self.joined = False
                return True
        if low in ("nicht", "kein", "keine", "keinen"):
            cursor.at += 1
            part.negated = True
            return True
        if low in ("an", "aus", "ein") and part.verb and _particle(cursor):
            cursor.at += 1
            part.closed = True
            if part.verb == "blend":
                part.verb = "hide" if low == "aus" else "show"
            return True
        return False

    def _rest(self) -> bool:
        cursor, part = self.cursor, self.part
        if cursor.accept(*_PLACES):
            return True
        if cursor.accept("nur", "lediglich", "ausschließlich"):
            part.only = True
            if _codes_follow(cursor):
                cursor.skip(v.ARTICLES | _CODE_WORDS)
                if not cursor.accept("zur auswahl"):
                    part.values = listed(cursor, ends_in_effect)
            return True
        if cursor.low() == ":" and part.only and part.values is None and part.marks:
            cursor.at += 1
            part.values, part.marks = listed(cursor, ends_in_effect), {"chosen"}
            return True
        if cursor.accept("mit dem wert", "mit dem code", "mit") and _value_follows(cursor):
            part.values = listed(cursor, ends_in_effect)
            return True
        if cursor.accept("den wert", "der wert"):
            cursor.accept("=")
            if cursor.sort() is Sort.SIGN:
                cursor.at += 1
            part.values = listed(cursor, ends_in_effect)
            part.marks.add("value")
            cursor.skip({"haben", "hat", "annehmen", "sein"})
            return True
        if cursor.sort() is Sort.SIGN and cursor.low(1) in v.DUTY | v.FREE | v.SHOWN | v.HIDDEN:
            cursor.at += 1  # "F1 = Pflichtfeld"
            return True
        if cursor.sort() is Sort.SIGN and cursor.low(1) == "leer":
            if part.negated:
                raise cursor.fail("Das ist doppelt verneint")
            part.negated = cursor.take().text == "<>"
            return True
        if part.verb == "set" and cursor.accept("auf den wert", "auf", "="):
            part.values = listed(cursor, ends_in_effect)
            part.closed = True
            return True
        if cursor.accept("gleichzeitig", "zugleich"):
            part.together = True
            return True
        return self._times() or self._filler()

    def _times(self) -> bool:
        cursor = self.cursor
        start = cursor.at
        sign = {"genau": "=", "mindestens": ">=", "höchstens": "<=", "maximal": "<="}.get(
            cursor.accept("genau", "mindestens", "höchstens", "maximal"), ""
        )
        if cursor.low() in _TIMES and (sign or cursor.low() != "einmal"):
            self.part.amount = (sign or "=", _TIMES[cursor.take().low])
            return True
        cursor.at = start
        return False

    def _filler(self) -> bool:
        cursor = self.cursor
        if cursor.here(_AGAIN):
            raise cursor.fail("Das wiederholt eine Gruppe; das regelt die Zahl der Wiederholungen, nicht die Regel")
        if cursor.accept("weiter mit"):
            several(cursor, ends_in_effect)  # the order of the questions is the form's own
            return True
        if cursor.here(v.PRONOUNS):
            cursor.at += 1
            if self.part.whole and not self.joined:
                return True
            if self.part.whole:
                self._new()
            return True
        if cursor.low() == "dann":
            self.refers_back = True
        if cursor.here(v.FILLERS | {"sein", "worden"}):
            cursor.at += 1
            return True
        return False

    def _acts(self, part: Part) -> list[Do]:
        refs = tuple(part.refs) or self._earlier(part)
        if not (part.marks or part.verb or part.amount):
            if part.refs or part.modal:
                raise NotUnderstood("Es ist nicht klar, was mit den Feldern geschehen soll.")
            return []
        if not refs:
            raise NotUnderstood("Der Satz nennt kein Feld.")
        acts = acts_of(part, refs)
        if part.only and part.lands is not None and part.lands != OTHERS and part.values is None:
            acts.append(Do(Act.FORBID, refs, lands=LANDS - part.lands))
        return acts

    def _earlier(self, part: Part) -> tuple[Ref, ...]:
        for each in reversed(self.parts[: self.parts.index(part)]):
            if each.refs:
                return tuple(each.refs)
        return self.before or self._bearer()

    def _bearer(self) -> tuple[Ref, ...]:
        """ "Dieses Feld ist ein Pflichtfeld, wenn …": the element that carries the rule."""
        said = {token.low for token in self.cursor.tokens[self.start : self.cursor.at]}
        if said & {"feld", "datenfeld", "pflichtfeld"}:
            return (Ref((), noun="field"),)
        return (Ref((), noun="group"),) if said & _GROUPS else ()


_MARKS = (
    (v.FILL, "fill"), (v.SHOWN, "shown"), (v.HIDDEN, "hidden"), (v.DUTY, "duty"), (v.FREE, "free"), (v.START, "start"),
    (frozenset({"leer"}), "empty"), (v.CHOSEN, "chosen"),
)  # fmt: skip


def _particle(cursor: Cursor) -> bool:
    """Whether "an", "aus", "ein" here closes a verb rather than opens something ("ein Pflichtfeld")."""
    after = cursor.peek(1)
    return (
        after is None
        or after.sort is Sort.STOP
        or after.low in v.CONNECTORS
        or after.low in v.IF
        or after.line
        or cursor.low() != "ein"
    )


def _codes_follow(cursor: Cursor) -> bool:
    far = 0
    while cursor.here(v.ARTICLES | {"folgende", "folgenden"}, far):
        far += 1
    return cursor.here(_CODE_WORDS - {"folgende", "folgenden", "folgender"}, far)


def _value_follows(cursor: Cursor) -> bool:
    return cursor.sort() in (Sort.NUMBER, Sort.TEXT, Sort.DATE) or cursor.here(v.YES | v.NO) or cursor.sort(1) is Sort.TEXT


def _new_sentence(cursor: Cursor) -> bool:
    return cursor.low() in v.IF or cursor.low() in ("für", "das", "die", "der", "es", "mindestens", "entweder")


def _if_after(cursor: Cursor) -> bool:
    return cursor.low(1) in ("aber", "jedoch", "und") and cursor.here(v.IF, 2)
