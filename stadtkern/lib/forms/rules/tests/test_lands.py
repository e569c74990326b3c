"""Rules of the Länder: only the branch of the city's Land stays."""

import pytest

from stadtkern.lib.forms.rules.german.lands import land_of
from stadtkern.lib.forms.rules.model import State

from .kite import compiled, meaning
from .test_german import ids

HEADED = ids(
    "Für die Länder NW, SL gilt:\nWENN F2 = wahr, DANN muss F6 befüllt werden.\n"
    "WENN F2 <> wahr, DANN darf F6 nicht angezeigt werden.\n\n"
    "Für das Land Bayern gilt.\nF6 muss befüllt werden.\n\nFür alle anderen Ländern gilt: F6 darf nicht angezeigt werden"
)


@pytest.mark.parametrize(
    ("land", "expected"),
    [
        ("NW", [("require+", ["F6"], "true(F2)")]),
        ("10041100", [("require+", ["F6"], "true(F2)")]),
        ("BY", [("require", ["F6"], "always")]),
        ("TH", [("forbid", ["F6"], "always")]),
        ("", []),
    ],
)
def test_headings(land: str, expected: list[object]) -> None:
    assert meaning(HEADED, land) == expected


@pytest.mark.parametrize(
    ("text", "here", "elsewhere"),
    [
        ("F6 muss in Thüringen befüllt werden. Für die anderen Länder darf es nicht angezeigt werden.", "require", "forbid"),
        ("F6 darf nur für die Länder HB, TH und SN angezeigt werden.", "show", "forbid"),
        ("F6 muss für das Land TH befüllt werden, für die anderen Länder muss es angezeigt werden.", "require", "show"),
        ("F6 muss für alle Länder außer RP befüllt werden. Für RP darf das Feld nicht angezeigt werden.", "require", "require"),
        ("Für TH: F6 ist ein Pflichtfeld.", "require", ""),
    ],
)
def test_in_the_sentence(text: str, here: str, elsewhere: str) -> None:
    assert "".join(effect for effect, _, _ in meaning(ids(text), "TH")) == here
    assert "".join(effect for effect, _, _ in meaning(ids(text), "HH")) == elsewhere


def test_a_faulty_branch_of_another_land_does_not_matter_here() -> None:
    text = ids("Für das Land NW gilt: F6 muss befüllt werden. Für das Land BY gilt: F98 muss befüllt werden.")
    assert compiled(text, "NW").state is State.COMPILED
    assert compiled(text, "BY").state is State.OPEN
    assert compiled(text).state is State.OPEN


def test_land_of_a_key() -> None:
    assert [land_of(key) for key in ("05911000", "nw", "091620000000", "", "99", "x")] == ["NW", "NW", "BY", "", "", ""]
