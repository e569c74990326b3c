"""How bad a breach is, so that anybody can follow it: the method of ENISA (2013), severity = data × ease + circumstances.

"Recommendations for a methodology of the assessment of severity of personal data breaches": the class of the data (1 to 4)
times how easily people are recognised (0.25 to 1), plus what makes it worse. Below 2 low, below 3 medium, below 4 high, from 4
very high. The result is a proposal; the officer decides and writes down why.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

DATA = {
    "simple": (1.0, gettext_lazy("Einfache Daten: Name, Anschrift, Telefon")),
    "behaviour": (2.0, gettext_lazy("Verhalten: Aufenthalt, Einkauf, Gewohnheiten")),
    "financial": (3.0, gettext_lazy("Geld: Konto, Steuer, Schulden, Sozialleistung")),
    "sensitive": (4.0, gettext_lazy("Besondere Daten: Gesundheit, Religion, Straftaten, Kinder (Art. 9, 10 DSGVO)")),
}
EASE = {
    "negligible": (0.25, gettext_lazy("kaum: man müsste viel dazu wissen")),
    "limited": (0.5, gettext_lazy("mit Mühe")),
    "significant": (0.75, gettext_lazy("ziemlich leicht")),
    "maximum": (1.0, gettext_lazy("sofort: der Name steht dabei")),
}
CIRCUMSTANCES = {
    "few_strangers": (0.25, gettext_lazy("Wenige Fremde konnten die Daten sehen")),
    "public": (0.5, gettext_lazy("Viele oder unbekannte Leute konnten die Daten sehen")),
    "changed_repairable": (0.25, gettext_lazy("Daten wurden verändert, lassen sich aber wiederherstellen")),
    "changed": (0.5, gettext_lazy("Daten wurden verändert und lassen sich nicht wiederherstellen")),
    "away": (0.25, gettext_lazy("Daten waren eine Zeit lang nicht da")),
    "lost": (0.5, gettext_lazy("Daten sind für immer verloren")),
    "malicious": (0.5, gettext_lazy("Jemand hat es mit Absicht getan")),
}
LEVELS = [
    (2.0, "low", gettext_lazy("gering"), "success"),
    (3.0, "medium", gettext_lazy("mittel"), "warning"),
    (4.0, "high", gettext_lazy("hoch"), "danger"),
    (99.0, "very_high", gettext_lazy("sehr hoch"), "danger"),
]


@dataclass(frozen=True)
class Severity:
    """The result with the sum behind it."""

    score: float
    level: str
    word: Any
    tone: str
    sum_: str  # "3 × 0,75 + 0,5 = 2,75"
    advice: Any


def assess(data: str, ease: str, circumstances: Collection[str]) -> Severity | None:
    """None until data and ease are known; what is unknown among the circumstances counts nothing."""
    if data not in DATA or ease not in EASE:
        return None
    extra = sum(CIRCUMSTANCES[one][0] for one in set(circumstances) if one in CIRCUMSTANCES)
    score = DATA[data][0] * EASE[ease][0] + extra
    _limit, level, word, tone = next(row for row in LEVELS if score < row[0])
    shown = f"{_figure(DATA[data][0])} × {_figure(EASE[ease][0])} + {_figure(extra)} = {_figure(score)}"
    return Severity(score, level, word, tone, shown, advice(level))


def advice(level: str) -> str:
    """What the law follows from it, as a proposal."""
    if level == "low":
        return _("Ein Risiko ist eher unwahrscheinlich: eine Meldung an die Aufsicht kann entfallen (Art. 33 Abs. 1 DSGVO).")
    if level == "medium":
        return _("Ein Risiko besteht: melden Sie der Aufsicht (Art. 33 DSGVO).")
    return _("Ein hohes Risiko besteht: melden Sie der Aufsicht, und benachrichtigen Sie die Betroffenen (Art. 33, 34 DSGVO).")


def _figure(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")
