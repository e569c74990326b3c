"""Properties of the outcome for any jury, and small examples computed by hand."""

import itertools
import random
import statistics
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stadtkern.lib.judging import Criterion, Inputs, Rules, Sheet, rank
from stadtkern.lib.judging.model import commitment
from stadtkern.lib.judging.rank import is_committed

TWO = (Criterion("use", "Nutzen", 3), Criterion("new", "Neues", 1))


def sheets(table: dict[str, dict[str, tuple[int, int]]]) -> tuple[Sheet, ...]:
    return tuple(Sheet(j, e, {"use": p[0], "new": p[1]}) for j, own in table.items() for e, p in own.items())


@st.composite
def juries(draw: st.DrawFn) -> Inputs:
    entries = tuple(f"e{n}" for n in range(draw(st.integers(1, 6))))
    jurors = [f"j{n}" for n in range(draw(st.integers(1, 5)))]
    rules = Rules(
        TWO, draw(st.sampled_from([2, 5, 10])), draw(st.sampled_from(["none", "zscore", "rank"])),
        draw(st.sampled_from(["mean", "median", "trimmed"])), draw(st.integers(1, 3)), draw(st.sampled_from([0, 20, 50])),
    )  # fmt: skip
    points = st.integers(0, rules.most_points)
    made = [Sheet(j, e, {"use": draw(points), "new": draw(points)}) for j in jurors for e in entries if draw(st.integers(0, 3))]
    partial = frozenset((j, e) for j in jurors for e in entries if not draw(st.integers(0, 5)))
    supports = {e: draw(st.integers(0, 50)) for e in entries}
    return Inputs(rules, entries, tuple(made), partial, supports, "seed")


@given(juries(), st.randoms())
@settings(max_examples=60, deadline=None)
def test_any_jury(inputs: Inputs, shuffle: random.Random) -> None:
    outcome = rank(inputs)
    assert sorted(one.entry for one in outcome.rows) == sorted(inputs.entries)
    ranked = [one for one in outcome.rows if one.place]
    assert [one.place for one in ranked] == list(range(1, len(ranked) + 1))
    assert all(a.score >= b.score for a, b in itertools.pairwise(ranked))
    assert all(0 <= one.score <= 10_000 for one in outcome.rows)
    for one in outcome.rows:  # only its own jurors count, and only where there are enough
        own = {s.juror for s in inputs.sheets if s.entry == one.entry and (s.juror, s.entry) not in inputs.partial}
        assert one.jurors == len(own) and bool(one.place) == (len(own) >= inputs.rules.least_jurors)
        assert bool(one.tie) == bool(one.equals)
    mixed = list(inputs.sheets)
    shuffle.shuffle(mixed)
    again = replace(inputs, sheets=tuple(mixed), entries=tuple(reversed(inputs.entries)))
    assert rank(again) == outcome  # the order of arrival does not matter
    assert rank(Inputs.of(inputs.as_json())) == outcome  # what is stored can be computed again
    kept = tuple(one for one in inputs.sheets if (one.juror, one.entry) not in inputs.partial)
    assert rank(replace(inputs, sheets=kept)).rows == outcome.rows  # a partial juror's marks change nothing


@given(juries())
@settings(max_examples=30, deadline=None)
def test_a_better_mark_never_harms_its_entry(inputs: Inputs) -> None:
    plain = replace(inputs, rules=replace(inputs.rules, normalise="none", average="mean"))
    open_ones = [one for one in plain.sheets if one.points["use"] < plain.rules.most_points]
    if not open_ones:
        return
    better = open_ones[0]
    lifted = replace(better, points={**better.points, "use": better.points["use"] + 1})
    before = {one.entry: one for one in rank(plain).rows}[better.entry]
    done = replace(plain, sheets=tuple(lifted if one is better else one for one in plain.sheets))
    after = {one.entry: one for one in rank(done).rows}[better.entry]
    assert after.score >= before.score and (not before.place or after.place <= before.place)


def test_weights_and_averages_by_hand() -> None:
    table = sheets({"a": {"x": (10, 0)}, "b": {"x": (8, 4)}, "c": {"x": (6, 2)}, "d": {"x": (0, 0)}})
    for how, expected in (("mean", 4875), ("median", 6000), ("trimmed", 6000)):  # marks: 75, 70, 50, 0
        assert rank(Inputs(Rules(TWO, average=how), ("x",), table)).rows[0].jury == expected  # type: ignore[arg-type]


def test_a_strict_juror_counts_as_much_as_a_mild_one() -> None:
    table = sheets({"strict": {"x": (1, 1), "y": (2, 2), "z": (3, 3)}, "mild": {"x": (8, 8), "y": (9, 9), "z": (10, 10)}})
    inputs = Inputs(Rules(TWO, normalise="zscore"), ("x", "y", "z"), table)
    spread = statistics.pstdev([10, 20, 30])
    assert [(one.entry, one.score) for one in rank(inputs).rows] == [
        ("z", round(5000 + 1000 * 10 / spread)), ("y", 5000), ("x", round(5000 - 1000 * 10 / spread)),
    ]  # fmt: skip
    only_mild = replace(inputs, partial=frozenset({("strict", "x")}))  # x: judged by the mild one alone
    assert {one.entry: one.jurors for one in rank(only_mild).rows} == {"x": 1, "y": 2, "z": 2}
    ranks = rank(replace(inputs, rules=Rules(TWO, normalise="rank")))
    assert [(one.entry, one.score) for one in ranks.rows] == [("z", 10_000), ("y", 5000), ("x", 0)]
    same = sheets({"a": {"x": (5, 5), "y": (5, 5)}})
    assert {one.score for one in rank(Inputs(Rules(TWO, normalise="rank"), ("x", "y"), same)).rows} == {5000}


def test_ties_go_by_the_heaviest_criterion_and_then_by_the_lot_that_was_promised() -> None:
    equal_weights = (Criterion("use", "Nutzen"), Criterion("new", "Neues"))
    table = sheets({"a": {"x": (4, 6), "y": (6, 4), "z": (6, 4)}})
    inputs = Inputs(Rules(equal_weights), ("x", "y", "z"), table, seed="morgen")
    rows = rank(inputs).rows
    assert rows[2].entry == "x" and (rows[2].tie, set(rows[2].equals)) == ("criterion", {"y", "z"})
    assert [one.tie for one in rows[:2]] == ["lot", "lot"]
    orders = {tuple(one.entry for one in rank(replace(inputs, seed=str(n))).rows) for n in range(20)}
    assert orders == {("y", "z", "x"), ("z", "y", "x")}  # the lot decides between the two, and about nothing else
    assert is_committed("morgen", commitment("morgen")) and not is_committed("gestern", commitment("morgen"))


def test_the_public_has_its_share() -> None:
    table = sheets({"a": {"x": (10, 10), "y": (0, 0)}})
    rows = rank(Inputs(Rules(TWO, public_percent=30), ("x", "y"), table, supports={"x": 5, "y": 20})).rows
    assert [(one.entry, one.score, one.public) for one in rows] == [("x", 7750, 2500), ("y", 3000, 10_000)]


@pytest.mark.parametrize("points", [{"use": 11, "new": 0}, {"use": -1, "new": 0}, {"use": 1}, {"use": 1, "new": 1, "x": 1}])
def test_points_outside_the_scale_are_refused(points: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="outside"):
        rank(Inputs(Rules(TWO), ("x",), (Sheet("a", "x", points),)))


def test_two_sheets_of_one_juror_and_odd_rules_are_refused() -> None:
    with pytest.raises(ValueError, match="two sheets"):
        rank(Inputs(Rules(TWO), ("x",), sheets({"a": {"x": (1, 1)}}) * 2))
    for wrong in ({"criteria": ()}, {"criteria": TWO, "most_points": 0}, {"criteria": TWO, "average": "best"}):
        with pytest.raises(ValueError):
            Rules(**wrong)  # type: ignore[arg-type]
