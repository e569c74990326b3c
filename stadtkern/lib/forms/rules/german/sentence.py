"""A rule as a whole: its sentences one after another, each "wenn … dann … sonst", "…, wenn …" or without condition."""

from dataclasses import replace
from functools import lru_cache

from stadtkern.lib.forms.rules.german import vocabulary as v
from stadtkern.lib.forms.rules.german.checks import check
from stadtkern.lib.forms.rules.german.condition import condition
from stadtkern.lib.forms.rules.german.effects import Effects
from stadtkern.lib.forms.rules.german.lands import OTHERS, heading
from stadtkern.lib.forms.rules.german.names import starts_ref
from stadtkern.lib.forms.rules.german.prose import (
    LANDS,
    Act,
    Always,
    And,
    Condition,
    Do,
    Filled,
    Literal,
    Member,
    Not,
    One,
    Or,
    Previous,
    Prose,
    Ref,
    Rest,
    Statement,
    Test,
)
from stadtkern.lib.forms.rules.german.words import Cursor, NotUnderstood, Sort, words_of

_INVERTED = frozenset({"bei", "ist", "sind", "wird", "werden", "wurde", "wurden", "hat", "haben"})
_MOST_TEXTS = 4096
_REMARKS = ("d.h.", "z.b.", "das heißt", "zum beispiel", "beispielsweise", "beispiel :")


@lru_cache(maxsize=_MOST_TEXTS)
def parsed(text: str) -> Prose | str:
    """What the rule says, or in German why it is not understood; the same text is read once."""
    try:
        return _Reader(words_of(text)).read()
    except NotUnderstood as problem:
        return str(problem)
    except RecursionError:
        return "Der Satz ist zu tief verschachtelt."


class _Reader:
    def __init__(self, tokens: tuple[object, ...]) -> None:
        self.cursor = Cursor(tokens)  # type: ignore[arg-type]
        self.statements: list[Statement] = []
        self.members: tuple[Literal, ...] = ()
        self.lands: frozenset[str] | None = None
        self.refs: tuple[Ref, ...] = ()  # elements of the last effect

    def read(self) -> Prose:
        """All statements."""
        cursor = self.cursor
        while not cursor.done():
            if cursor.sort() is Sort.STOP or cursor.low() in (",", ")"):
                cursor.at += 1
            elif not (cursor.here(v.IF, 1) and cursor.accept("und", "oder", "aber")):
                start = cursor.at
                self._statement()
                if cursor.at == start:
                    raise cursor.fail()
        if not self.statements:
            raise NotUnderstood("Der Satz nennt keine Bedingung und keine Folge.")
        return Prose(tuple(self._settled()), self.members, self._named())

    def _statement(self) -> None:
        cursor = self.cursor
        lands = heading(cursor)
        if lands is not None:
            self.lands = lands
            return
        if self._remark() or self._list():
            return
        only = bool(cursor.accept("nur"))
        cursor.accept("immer")
        if cursor.accept(*v.IF) or self._in_case():
            self._conditional(only)
        elif only:
            raise cursor.fail()
        else:
            self._plain()

    def _in_case(self) -> bool:
        """A condition without "wenn": "bei <> "Nein" …", "bei F1 = "Nein" …", "Ist F1 = "Nein", …"."""
        cursor = self.cursor
        again = cursor.low() == "bei" and self.statements and cursor.sort(1) is Sort.SIGN
        if again or (cursor.low() in _INVERTED and starts_ref(cursor, 1)):
            cursor.at += 1
            return True
        return False

    def _conditional(self, only: bool) -> None:
        cursor = self.cursor
        held = condition(cursor, self._subject())
        cursor.skip(v.TRAIL - v.FILL)
        cursor.accept(")")
        cursor.accept(",")
        cursor.accept(*v.THEN)
        cursor.accept(":")
        acts = self._acts(tuple(_refs(held)), only)
        otherwise = self._otherwise(acts)
        if only and not otherwise and all(do.act is Act.REQUIRE for do in acts):
            raise NotUnderstood("„Nur wenn“ lässt offen, ob die Felder sonst freiwillig oder verborgen sind.")
        self._put(held, acts, otherwise)

    def _plain(self) -> None:
        cursor = self.cursor
        found = check(cursor, ())
        if found is not None:
            self._finish_check(found)
            return
        reader = Effects(cursor, self.refs)
        acts = reader.read()
        if not acts:
            raise cursor.fail()
        self._remember(acts)
        start = cursor.at
        cursor.accept(",")
        if cursor.accept(*v.IF, "bei"):
            held = condition(cursor, None)
            self._put(held, acts, self._otherwise(acts))
            return
        cursor.at = start
        if reader.refers_back and self.statements:
            self._put(self.statements[-1].condition, acts, ())
            return
        self._put(Always(), acts, ())

    def _finish_check(self, found: tuple[Do, ...]) -> None:
        cursor = self.cursor
        start = cursor.at
        cursor.accept(",")
        if cursor.accept(*v.IF):
            self._put(condition(cursor, None), found, ())
            return
        cursor.at = start
        self._put(Always(), found, ())

    def _acts(self, known: tuple[Ref, ...], only: bool = False) -> tuple[Do, ...]:
        found = check(self.cursor, known)
        if found is None:
            found = Effects(self.cursor, self.refs, only).read()
        if not found:
            raise self.cursor.fail("Nach der Bedingung fehlt, was gelten soll")
        self._remember(found)
        return found

    def _remember(self, acts: tuple[Do, ...]) -> None:
        self.refs = next((do.refs for do in reversed(acts) if do.refs), self.refs)

    def _otherwise(self, acts: tuple[Do, ...]) -> tuple[Do, ...]:
        cursor, start = self.cursor, self.cursor.at
        while cursor.sort() is Sort.STOP or cursor.low() == ",":
            cursor.at += 1
        if not cursor.accept(*v.ELSE):
            cursor.at = start
            return ()
        cursor.accept(",", ":")
        if cursor.low() == "nicht" and (cursor.sort(1) in (None, Sort.STOP) or cursor.low(1) in v.IF):
            cursor.at += 1
            shown = tuple(replace(do, act=Act.FORBID) for do in acts if do.act is Act.SHOW)
            return shown or tuple(replace(do, act=Act.RELEASE) for do in acts if do.act is Act.REQUIRE)
        return self._acts(())

    def _subject(self) -> Ref | None:
        return next(iter(_refs(self.statements[-1].condition)), None) if self.statements else None

    def _put(self, held: Condition, acts: tuple[Do, ...], otherwise: tuple[Do, ...]) -> None:
        if self.statements:
            held = _resolved(held, self.statements[-1].condition)
        elif held != (first := _resolved(held, Always())) and first:
            raise NotUnderstood("Der Satz bezieht sich auf einen Satz davor, den es nicht gibt.")
        self.statements.append(Statement(held, acts, otherwise, self.lands))
        cursor = self.cursor
        token = cursor.peek()
        ends = cursor.done() or cursor.sort() is Sort.STOP or cursor.low() == "," or cursor.here(v.IF) or (token and token.line)
        if not ends and cursor.low() != "bei" and not (cursor.low() in ("und", "oder") and cursor.here(v.IF, 1)):
            raise cursor.fail()

    def _remark(self) -> bool:
        """ "D.h. …", "z.B. …" after a statement explains it."""
        cursor = self.cursor
        if not self.statements or not cursor.accept(*_REMARKS):
            return False
        while not cursor.done() and not (cursor.sort() is Sort.STOP and _starts_over(cursor)):
            cursor.at += 1
        return True

    def _list(self) -> bool:
        """ "Die Mitgliedstaaten der EU sind: 124 Belgien, 125 Bulgarien, …"."""
        cursor, start = self.cursor, self.cursor.at
        while (
            cursor.sort() in (Sort.WORD, Sort.MARK, Sort.NUMBER)
            and cursor.low() != ":"
            and not cursor.here(v.IF | v.MODALS - {"sind"})
        ):
            cursor.at += 1
        said = {token.low for token in cursor.tokens[start : cursor.at]}
        if cursor.low() != ":" or not said & {
            "mitgliedstaaten",
            "mitgliedsstaaten",
            "eu-staaten",
            "staaten",
            "länder",
            "codes",
        }:
            cursor.at = start
            return False
        cursor.at += 1
        found: list[Literal] = []
        while cursor.sort() is Sort.NUMBER:
            code, words = cursor.take().text, []
            while cursor.sort() is Sort.WORD and cursor.low() != "und":
                words.append(cursor.take().text)
            found.append(Literal(code, " ".join(words)))
            cursor.accept(",", "und")
        if len(found) < 3 or not (cursor.done() or cursor.sort() is Sort.STOP) or self.members:
            cursor.at = start
            return False
        self.members = tuple(found)
        return True

    def _named(self) -> frozenset[str]:
        named: set[str] = set()
        for statement in self.statements:
            for lands in (statement.lands, *(do.lands for do in (*statement.acts, *statement.otherwise))):
                named |= lands - OTHERS if lands is not None and lands != OTHERS else set()
        return frozenset(named)

    def _settled(self) -> list[Statement]:
        """ "Alle anderen Länder" are those that the rule does not name; a list of "nur" names all the others, too."""
        explicit = [s.lands for s in self.statements] + [
            do.lands for s in self.statements for do in s.acts if do.act is not Act.FORBID
        ]
        named = frozenset().union(*(lands for lands in explicit if lands is not None and lands != OTHERS and len(lands) < 12))
        others = LANDS - named

        def settle(do: Do) -> Do:
            return replace(do, lands=others) if do.lands == OTHERS else do

        return [
            replace(
                s,
                lands=others if s.lands == OTHERS else s.lands,
                acts=tuple(map(settle, s.acts)),
                otherwise=tuple(map(settle, s.otherwise)),
            )
            for s in self.statements
        ]


def _starts_over(cursor: Cursor) -> bool:
    after = cursor.peek(1)
    return after is None or after.low in v.IF or (after.line and after.low in ("für", "das", "die", "es"))


def _refs(held: Condition) -> list[Ref]:
    match held:
        case Test(ref=ref) | Filled(ref=ref) | Member(ref=ref) | Rest(ref=ref):
            return [ref]
        case Not(part=part):
            return _refs(part)
        case And(parts=parts) | Or(parts=parts) | One(parts=parts):
            return [ref for part in parts for ref in _refs(part)]
    return []


def _resolved(held: Condition, before: Condition) -> Condition:
    """The condition with "keiner der genannten" put in."""
    match held:
        case Previous():
            return before
        case Not(part=part):
            return Not(_resolved(part, before))
        case And(parts=parts):
            return And(tuple(_resolved(part, before) for part in parts))
        case Or(parts=parts):
            return Or(tuple(_resolved(part, before) for part in parts))
    return held
