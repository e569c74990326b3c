"""rules.overlay.toml: what people of this city say the sentences of an imported form mean; it wins over the compiler.

An entry belongs to a rule, its bearer and the very sentence: where a new version of the schema words the rule differently, the
entry stays in the file without effect, and the rule is asked anew. `version` is kept for the reader; the sentence decides.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from stadtkern.lib.forms.json import rule_from_dict, rule_to_dict
from stadtkern.lib.forms.model import Form
from stadtkern.lib.forms.rules.model import Clause, Rule, State
from stadtkern.lib.forms.rules.program import program_of

KNOWN = frozenset({"state", "version", "why", "clauses"})


def rule_id(rule: Rule) -> str:
    """The name of an entry: rule, bearer, and sixteen digits of the sentence (blanks do not count)."""
    sentence = hashlib.sha256(" ".join(rule.text.split()).encode()).hexdigest()[:16]
    return f"{rule.key} {rule.bearer or '-'} {sentence}"


def with_confirmed(form: Form, text: str | None, complaints: list[str]) -> tuple[Form, tuple[str, ...]]:
    """The form with the city's meaning of its rules, and sentences about entries that belong to no rule any more."""
    if not text:
        return form, ()
    try:
        entries = tomllib.loads(text).get("rules", {})
    except tomllib.TOMLDecodeError as error:
        complaints.append(f"rules.overlay.toml ist kein gültiges TOML: {error}")
        return form, ()
    if not isinstance(entries, dict):
        complaints.append("rules.overlay.toml [rules]: muss eine Tabelle sein.")
        return form, ()
    used: set[str] = set()
    rules = tuple(_meant(rule, entries, used, complaints) for rule in form.rules)
    made = replace(form, rules=rules)
    program = program_of(made) if used else None
    ours = {rule.key for rule in rules if rule_id(rule) in used}
    complaints += [f"Regel {key}: {why}" for key, why in (program.faults if program else ()) if key in ours]
    gone = sorted(set(entries) - used)
    stale = tuple(f"Regel {key.split(' ')[0]}: diesen Satz gibt es im Formular nicht mehr (verwaist)." for key in gone)
    return made, stale


def _meant(rule: Rule, entries: Mapping[str, Any], used: set[str], complaints: list[str]) -> Rule:
    key = rule_id(rule)
    entry = entries.get(key)
    if entry is None:
        return rule
    used.add(key)
    try:
        if set(entry) - KNOWN:
            raise ValueError(f"unbekannter Schlüssel {sorted(set(entry) - KNOWN)[0]}")
        read = rule_from_dict({**rule_to_dict(replace(rule, clauses=())), **entry, "version": rule.version})
        if read.state not in (State.CONFIRMED, State.NOTE):
            raise ValueError("state muss confirmed oder note sein")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        complaints.append(f"rules.overlay.toml, Regel {rule.key}: {error}")
        return rule
    return replace(rule, state=read.state, clauses=read.clauses if read.state is State.CONFIRMED else (), why=read.why)


def entry_of(rule: Rule, state: State, clauses: tuple[Clause, ...] = (), why: str = "") -> dict[str, Any]:
    """The entry for the file."""
    written = rule_to_dict(replace(rule, clauses=clauses))
    entry = {"state": state.value, "version": rule.version}
    return {**entry, **({"why": why} if why else {}), **({"clauses": written["clauses"]} if clauses else {})}
