"""The outcome of a jury in plain sentences: how it was counted, and why one entry stands before another."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stadtkern.lib.judging import Rules


def figure(hundredths: int) -> str:
    """8125 is "81,25"."""
    return f"{hundredths // 100},{hundredths % 100:02d}"


def how(rules: Rules) -> list[str]:
    """The rule, a sentence each."""
    named = ", ".join(f"{one.title} ({one.weight}fach)" if one.weight > 1 else one.title for one in rules.criteria)
    said = [
        _("Die Jury gibt für jedes Merkmal 0 bis %(most)s Punkte: %(criteria)s.")
        % {"most": rules.most_points, "criteria": named}
    ]
    said.append(
        {
            "none": _("Die Punkte zählen, wie sie gegeben wurden."),
            "zscore": _(
                "Strenge und milde Mitglieder werden ausgeglichen: Es zählt, wie weit eine Idee über oder unter "
                "dem Durchschnitt des Mitglieds liegt; 50 ist der Durchschnitt."
            ),
            "rank": _(
                "Strenge und milde Mitglieder werden ausgeglichen: Es zählt nur, in welche Reihenfolge jedes "
                "Mitglied die Ideen bringt."
            ),
        }[rules.normalise]
    )
    said.append(
        {
            "mean": _("Aus den Wertungen einer Idee wird der Durchschnitt genommen."),
            "median": _("Aus den Wertungen einer Idee wird die mittlere genommen."),
            "trimmed": _(
                "Die höchste und die niedrigste Wertung fallen weg, wenn es mindestens vier sind; aus den anderen "
                "wird der Durchschnitt genommen."
            ),
        }[rules.average]
    )
    said.append(_("Wer bei einer Idee befangen ist, wertet sie nicht; sie wird mit den Wertungen der anderen gerechnet."))
    if rules.least_jurors > 1:
        said.append(_("Jede Idee braucht mindestens %s Wertungen.") % rules.least_jurors)
    if rules.public_percent:
        said.append(_("Die Unterstützungen zählen %s Prozent; die Idee mit den meisten hat davon 100.") % rules.public_percent)
    said.append(
        _(
            "Steht es gleich, entscheidet das Merkmal „%s“, danach das Los. Das Los stand vorher fest: Seine "
            "Prüfzahl war veröffentlicht."
        )
        % rules.heaviest.title
    )
    return said


def why(row: Mapping[str, Any], rules: Rules, titles: Mapping[str, str]) -> str:
    """The place of one entry in a sentence or two. `titles`: of the entries, by public number."""
    if not row["place"]:
        return ngettext(
            "Nicht gereiht: Es gibt nur %(count)s Wertung, nötig sind %(least)s.",
            "Nicht gereiht: Es gibt nur %(count)s Wertungen, nötig sind %(least)s.",
            row["jurors"],
        ) % {"count": row["jurors"], "least": rules.least_jurors}
    said = ngettext(
        "%(score)s von 100 Punkten aus %(count)s Wertung.", "%(score)s von 100 Punkten aus %(count)s Wertungen.", row["jurors"]
    ) % {"score": figure(row["score"]), "count": row["jurors"]}
    if not row["tie"]:
        return said
    others = ", ".join(f"„{titles.get(key, key)}“" for key in row["equals"])
    decided = (
        _("nach der Regel entscheidet das Merkmal „%(title)s“ (%(points)s Punkte)")
        if row["tie"] == "criterion"
        else _(
            "auch im Merkmal „%(title)s“ (%(points)s Punkte); nach der Regel entscheidet das Los, dessen "
            "Prüfzahl vorher veröffentlicht war"
        )
    ) % {"title": rules.heaviest.title, "points": figure(row["points"][rules.heaviest.key])}
    return " ".join([said, _("Gleichauf mit %(others)s; %(decided)s.") % {"others": others, "decided": decided}])
