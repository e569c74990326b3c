"""Any form at all, also of schemas nobody has seen: valid answers fit our schema and come back, every mistake is refused."""

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from stadtkern.lib.forms.check import problems
from stadtkern.lib.forms.export.blank import paper
from stadtkern.lib.forms.export.data import dumps, from_data, loads, to_data
from stadtkern.lib.forms.export.tree import Keys
from stadtkern.lib.forms.export.xml import Origin, from_xml, to_xml
from stadtkern.lib.forms.model import Element, Field, Form, Group, Kind, Option, Step, fields
from stadtkern.lib.forms.pages import steps_of
from stadtkern.lib.forms.rules.model import Clause, Effect, Rule, State
from stadtkern.lib.forms.sample import NoSample, valid_answers
from stadtkern.lib.forms.spoil import spoiled

from .validators import mistakes

KINDS = [kind for kind in Kind if kind is not Kind.LABEL]
CODES = tuple(Option(f"{n:03}", f"Antwort {n}") for n in range(1, 5))
COUNTS = st.sampled_from([(0, 1), (1, 1), (1, 1), (0, None), (1, None), (2, 5), (0, 3), (1, 2)])
PATTERNS = [None, None, r"[0-9]{5}", r"([0]{1}[1-9]{1}|[1-9]{1}[0-9]{1})[0-9]{3}", r"[A-Z]{2}\d{3}", r"\d{2}\-\d{2}"]


@st.composite
def questions(draw: st.DrawFn, number: int) -> Field:
    kind, (low, high) = draw(st.sampled_from(KINDS)), draw(COUNTS)
    more: dict[str, object] = {}
    if kind is Kind.TEXT:
        more["pattern"] = draw(st.sampled_from(PATTERNS))
        if more["pattern"] is None and draw(st.booleans()):
            shortest = draw(st.integers(0, 5))
            more |= {"min_length": shortest or None, "max_length": draw(st.integers(max(shortest, 1), 40))}
    elif kind in (Kind.NUMBER, Kind.DECIMAL, Kind.MONEY) and draw(st.booleans()):
        least = draw(st.integers(-5, 1_000))
        more |= {"min_value": least, "max_value": draw(st.none() | st.integers(least, least + 500))}
    elif kind is Kind.DATE:
        more["partial"] = draw(st.booleans())
        more["max_value"] = draw(st.sampled_from([None, "today"]))
    elif kind is Kind.CHOICE:
        more["options"] = CODES[: draw(st.integers(2, 4))]
        high = None if high and high > 2 else high
        low = min(low, 2)
    key = f"F{number:011}"
    fixed = draw(st.integers(0, 12)) == 0 and kind is Kind.TEXT and "pattern" not in more
    if fixed:
        more |= {"locked": True, "default": "fest"}
        low, high = 1, 1
    return Field(key, f"Frage {number}", kind, low, high, fim=f"{key}V1.0.0", **more)  # type: ignore[arg-type]


@st.composite
def groups(draw: st.DrawFn, number: int, depth: int) -> Group:
    key, (low, high) = f"G{number:011}", draw(COUNTS)
    choice = draw(st.integers(0, 6)) == 0
    children = draw(elements(number * 10, depth + 1, least=2 if choice else 1))
    return Group(key, f"Gruppe {number}", children, low, high, choice=choice, fim=f"{key}V2.1.0")


@st.composite
def elements(draw: st.DrawFn, number: int, depth: int, least: int = 1) -> tuple[Element, ...]:
    found: list[Element] = []
    for place in range(draw(st.integers(least, 4 if depth else 5))):
        deeper = depth < 3 and draw(st.integers(0, 2)) == 0
        found.append(draw(groups(number + place + 1, depth) if deeper else questions(number + place + 1)))
    return tuple(found)


@st.composite
def forms(draw: st.DrawFn) -> Form:
    tree = draw(elements(1_000, 0))
    steps = steps_of(tree) if draw(st.booleans()) else (Step("alles", "Alles", tree),)
    form = Form("Irgendein Antrag", steps)
    controllers = [path for path, field in fields(form) if field.kind is Kind.YES_NO and field.maximum == 1 and "/" not in path]
    targets = [path for path, field in fields(form) if path not in controllers and not field.locked]
    if not controllers or not targets:
        return form
    rules = []
    for number, target in enumerate(draw(st.lists(st.sampled_from(targets), max_size=4, unique=True))):
        effect = draw(st.sampled_from([Effect.SHOW, Effect.FORBID, Effect.REQUIRE]))
        place = target.rpartition("/")[0] if draw(st.booleans()) and "/" in target else target
        clause = Clause(effect, (place,), {"true": {"path": draw(st.sampled_from(controllers))}})
        rules.append(Rule(f"R{number}", "1.0.0", "", "Satz", State.COMPILED, (clause,)))
    return Form(form.title, form.steps, rules=tuple(rules))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(form=forms(), seed=st.integers(0, 3))
def test_any_form(form: Form, seed: int) -> None:
    try:
        answers = valid_answers(form, seed)
    except NoSample:
        assume(False)
        return
    origin = Origin("S99999000001", "1.0.0")
    for keys in Keys:
        assert mistakes(form, answers, keys) == []
        assert from_data(form, loads(dumps(to_data(form, answers, keys)))) == answers
        assert from_xml(form, to_xml(form, answers, origin, keys), origin) == answers
    assert paper(form)
    for one in list(spoiled(form, answers))[:40]:
        assert one.path in {problem.path for problem in problems(form, one.answers)}, (one.kind, one.path)
