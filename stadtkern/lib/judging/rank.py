"""The order of the entries, each with what decided about its place."""

from dataclasses import asdict, dataclass
from decimal import Decimal, localcontext
from typing import Any

from .marks import EXACT, average, comparable, hundredths, raw
from .model import VERSION, Inputs, Row, Sheet, commitment, lot


@dataclass(frozen=True)
class Outcome:
    """Ranked entries, the best first, then those that could not be ranked."""

    rows: tuple[Row, ...]
    digest: str  # of the inputs

    def as_json(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "digest": self.digest,
            "rows": [asdict(one) | {"equals": list(one.equals)} for one in self.rows],
        }


def rank(inputs: Inputs) -> Outcome:
    """Compute it. Sheets of partial jurors, and of entries that are not there, do not count. Raises ValueError for points
    outside the scale and for two sheets of one juror about one entry."""
    with localcontext(EXACT):
        counted = _counted(inputs)
        figures = {entry: _figures(inputs, counted, entry) for entry in sorted(inputs.entries)}
    ranked = [one for one in figures.values() if one.jurors >= inputs.rules.least_jurors]
    rows = _placed(ranked, inputs)
    rows += sorted((one for one in figures.values() if one.jurors < inputs.rules.least_jurors), key=lambda one: one.entry)
    return Outcome(tuple(rows), inputs.digest())


def _counted(inputs: Inputs) -> list[tuple[Sheet, Decimal]]:
    """The sheets that count, each with its comparable mark."""
    entries, keys = set(inputs.entries), {one.key for one in inputs.rules.criteria}
    own: dict[str, dict[str, Sheet]] = {}
    for sheet in sorted(inputs.sheets, key=lambda one: (one.juror, one.entry)):
        if sheet.entry not in entries or (sheet.juror, sheet.entry) in inputs.partial:
            continue
        if set(sheet.points) != keys or any(not 0 <= one <= inputs.rules.most_points for one in sheet.points.values()):
            raise ValueError(f"points outside the scale: {sheet.juror}, {sheet.entry}")
        if sheet.entry in own.setdefault(sheet.juror, {}):
            raise ValueError(f"two sheets: {sheet.juror}, {sheet.entry}")
        own[sheet.juror][sheet.entry] = sheet
    counted = []
    for sheets in own.values():
        marks = comparable({key: raw(one, inputs.rules) for key, one in sheets.items()}, inputs.rules.normalise)
        counted += [(one, marks[key]) for key, one in sheets.items()]
    return counted


def _figures(inputs: Inputs, counted: list[tuple[Sheet, Decimal]], entry: str) -> Row:
    rules = inputs.rules
    mine = [(sheet, mark) for sheet, mark in counted if sheet.entry == entry]
    jury = average([mark for _sheet, mark in mine], rules.average) if mine else Decimal(0)
    points = {
        one.key: hundredths(average([Decimal(sheet.points[one.key]) for sheet, _mark in mine], rules.average)) if mine else 0
        for one in rules.criteria
    }
    most = max((inputs.supports.get(one, 0) for one in inputs.entries), default=0)
    public = Decimal(100 * inputs.supports.get(entry, 0)) / most if most else Decimal(0)
    score = ((100 - rules.public_percent) * jury + rules.public_percent * public) / 100
    return Row(entry, 0, hundredths(score), hundredths(jury), hundredths(public), len(mine), points)


def _placed(rows: list[Row], inputs: Inputs) -> list[Row]:
    """By score; equal scores by the heaviest criterion; what is equal then, by lot."""
    heaviest = inputs.rules.heaviest.key
    ordered = sorted(rows, key=lambda one: (-one.score, -one.points[heaviest], lot(inputs.seed, one.entry)))
    done = []
    for place, row in enumerate(ordered, 1):
        equals = tuple(other.entry for other in ordered if other.score == row.score and other.entry != row.entry)
        same = any(other.entry in equals and other.points[heaviest] == row.points[heaviest] for other in ordered)
        done.append(
            Row(
                row.entry, place, row.score, row.jury, row.public, row.jurors, row.points,
                "" if not equals else "lot" if same else "criterion", equals,
            )
        )  # fmt: skip
    return done


def is_committed(seed: str, published: str) -> bool:
    """Whether this is the lot that was promised."""
    return commitment(seed) == published
