"""How many rules of a form were understood: counted over distinct rules, references over every place a rule stands."""

from dataclasses import dataclass

from stadtkern.lib.forms.model import Form
from stadtkern.lib.forms.rules.german.prose import Ref
from stadtkern.lib.forms.rules.german.words import NotUnderstood, Sort, words_of
from stadtkern.lib.forms.rules.model import Rule, State
from stadtkern.lib.forms.rules.references import Index


@dataclass(frozen=True, slots=True)
class Coverage:
    """Distinct rules (by key and version) and their states; references named in the sentences; problems in German.

    A rule that is placed several times counts as compiled only when it compiled in every place.
    """

    rules: int
    compiled: int
    confirmed: int
    note: int
    open: int
    references: int
    resolved: int
    problems: tuple[str, ...]


def coverage(form: Form, rules: tuple[Rule, ...] | None = None) -> Coverage:
    """Of a form (or of the rules given for it)."""
    rules = form.rules if rules is None else rules
    states: dict[tuple[str, str], set[State]] = {}
    problems: dict[str, None] = {}
    for rule in rules:
        states.setdefault((rule.key, rule.version), set()).add(rule.state)
        if rule.state is State.OPEN:
            problems[f"{rule.key} {rule.version}: {rule.why}"] = None
    worst = [_worst(found) for found in states.values()]
    references, resolved = _references(form, rules, problems)
    counts = {state: worst.count(state) for state in State}
    return Coverage(
        len(states), counts[State.COMPILED], counts[State.CONFIRMED], counts[State.NOTE], counts[State.OPEN],
        references, resolved, tuple(problems),
    )  # fmt: skip


def _worst(states: set[State]) -> State:
    return next(state for state in (State.OPEN, State.NOTE, State.COMPILED, State.CONFIRMED) if state in states)


def _references(form: Form, rules: tuple[Rule, ...], problems: dict[str, None]) -> tuple[int, int]:
    """How many elements the sentences name, each once per place of the rule, and how many of them were found."""
    index, named, found = Index(form), 0, 0
    for rule in rules:
        for ref in named_in(rule.text):
            named += 1
            try:
                index.find(ref, rule.bearer)
                found += 1
            except NotUnderstood as problem:
                problems[f"{rule.key} {rule.version}: {problem}"] = None
    return named, found


def named_in(text: str) -> tuple[Ref, ...]:
    """The elements that a sentence names by id, each once."""
    try:
        tokens = words_of(text)
    except NotUnderstood:
        return ()
    refs: dict[tuple[str, ...], Ref] = {}
    for at, token in enumerate(tokens):
        if token.sort is Sort.REF and token.ids not in refs:
            after = tokens[at + 1] if at + 1 < len(tokens) else None
            refs[token.ids] = Ref(token.ids, after.text if after is not None and after.sort is Sort.TEXT else "")
    return tuple(refs.values())
