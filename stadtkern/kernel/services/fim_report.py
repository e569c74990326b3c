"""What Stadtkern makes of files of FIM: fields, groups, rules compiled or not, references found; no database is needed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from stadtkern.lib.forms import fim, genericode
from stadtkern.lib.forms.model import Element, Field, Form, Group, Step, children_of
from stadtkern.lib.forms.rules.coverage import coverage
from stadtkern.lib.forms.rules.model import Rule, State

# Of several placements of one rule the least certain counts.
_WORST = (State.OPEN, State.NOTE, State.COMPILED, State.CONFIRMED)


@dataclass(frozen=True)
class Report:
    """One file: `rules` are distinct (id and version), `references` the elements that placed rules name."""

    file: str
    ok: bool
    fields: int = 0
    groups: int = 0
    rules: int = 0
    compiled: int = 0
    references: int = 0
    resolved: int = 0
    problems: tuple[str, ...] = ()
    distinct: Mapping[tuple[str, str], State] | None = None  # for totals over several files

    def row(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {name: value for name, value in asdict(self).items() if name != "distinct"}


def report(path: Path, code_lists: fim.CodeLists | None = None, land: str = "") -> Report:
    """One file of XDatenfelder 2 or 3, also gzip; whatever is wrong with it is told in `problems`."""
    try:
        schema = fim.load(path, code_lists, land=land, bare=True)
        return _report(str(path), schema)
    except (fim.SchemaError, OSError) as error:
        return Report(str(path), ok=False, problems=(str(error),))
    except Exception as error:  # one file must not hide the others; the name of the fault helps whoever looks for it
        return Report(str(path), ok=False, problems=(f"Unerwarteter Fehler beim Lesen ({type(error).__name__}).",))


def _report(file: str, schema: fim.Schema) -> Report:
    elements = dict(_elements(schema.form))
    covered = coverage(schema.form)
    return Report(
        file,
        ok=True,
        fields=sum(isinstance(each, Field) for each in elements.values()),
        groups=sum(isinstance(each, Group) for each in elements.values()),
        rules=covered.rules,
        compiled=covered.compiled,
        references=covered.references,
        resolved=covered.resolved,
        problems=tuple(dict.fromkeys([*_problems(schema, elements), *covered.problems])),
        distinct=_states(schema.form.rules),
    )


def _problems(schema: fim.Schema, elements: Mapping[str, Element]) -> Iterator[str]:
    if not elements:
        yield "Das Schema enthält keine Felder."
    yield from schema.form.notes
    for uri in schema.missing_code_lists:
        yield f"Codeliste fehlt, bis dahin freie Eingabe: {uri}"


def _elements(part: Form | Step | Group, prefix: str = "") -> Iterator[tuple[str, Element]]:
    for child in children_of(part):
        yield f"{prefix}{child.key}", child
        if isinstance(child, Group):
            yield from _elements(child, f"{prefix}{child.key}/")


def _states(rules: Iterable[Rule]) -> dict[tuple[str, str], State]:
    found: dict[tuple[str, str], State] = {}
    for rule in rules:
        known = found.get((rule.key, rule.version), rule.state)
        found[rule.key, rule.version] = min(known, rule.state, key=_WORST.index)
    return found


def totals(reports: Sequence[Report]) -> dict[str, int]:
    """Sums over files; rules are counted once however many files carry them, with their least certain state."""
    states: dict[tuple[str, str], State] = {}
    for each in reports:
        for key, state in (each.distinct or {}).items():
            states[key] = min(states.get(key, state), state, key=_WORST.index)
    by_state = Counter(states.values())
    sums = {name: sum(getattr(each, name) for each in reports) for name in ("ok", "fields", "groups", "references", "resolved")}
    return {"files": len(reports), **sums, "rules": len(states), **{state.value: by_state[state] for state in State}}


def lists_of(folder: Path | None) -> dict[str, Any]:
    """The code lists of a folder by address; files that are none are passed over."""
    return genericode.folder(folder) if folder else {}
