"""A talk with a world of its own: nothing is ever booked without a plain yes to the sentence read back just before."""

import random
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stadtkern.kernel.voice.dialogue import Booked, Hold, Offer, Refusal, Stage, State, Talk
from stadtkern.kernel.voice.dialogue.answers import choice, is_yes, name_in, wants
from stadtkern.kernel.voice.dialogue.world import Wanted
from stadtkern.kernel.voice.understanding.intent import Guess
from stadtkern.kernel.voice.understanding.targets import Target
from stadtkern.kernel.voice.understanding.wish import Understanding
from stadtkern.lib.when import Window, read

NOW = datetime(2026, 12, 1, 9, 15).astimezone()
TARGETS = {
    "personalausweis": Target("matter", "Personalausweis beantragen", "personalausweis"),
    "reisepass": Target("matter", "Reisepass beantragen", "reisepass"),
    "hund": Target("service", "Hund anmelden", "", "hund"),
}


class Small:
    """Three things, times every hour, and a book of what was held and booked."""

    name = ""

    def __init__(self) -> None:
        self.held: list[str] = []
        self.booked: list[str] = []
        self.asked: list[tuple[str, str]] = []
        self.refuse = False

    def now(self) -> datetime:
        return NOW

    def understand(self, text: str) -> Understanding:
        words = text.lower()
        found = [
            key for key, word in (("personalausweis", "ausweis"), ("reisepass", "pass"), ("hund", "hund")) if word in words
        ]
        guesses = tuple(Guess(TARGETS[key], 0.9 - place * (0 if len(found) > 1 else 1) / 10) for place, key in enumerate(found))
        return Understanding(text, guesses, self.read_when(text))

    def read_when(self, text: str) -> Window:
        return read(text, NOW, "NW").window

    def target(self, key: str) -> Target | None:
        return TARGETS.get(key)

    def offers(self, wanted: Wanted, skip: int) -> tuple[list[Offer], str]:
        day = next(iter(wanted.window.days()), NOW.date())
        start = datetime(day.year, day.month, day.day, 8, tzinfo=NOW.tzinfo)
        return [
            Offer("nord", "Bürgeramt Nord", (start + timedelta(hours=skip + place)).isoformat(), 15) for place in range(3)
        ], ""

    def hold(self, wanted: Wanted, offer: Offer) -> Hold:
        if self.refuse:
            raise Refusal("Dieser Termin ist gerade vergeben worden.")
        self.held.append(offer.at)
        return Hold(f"T-{len(self.held)}")

    def release(self, number: str) -> None:
        pass

    def confirm(self, number: str, name: str, phone: str) -> Booked:
        self.booked.append(number)
        return Booked(number)

    def details(self, number: str) -> str:
        return ""

    def address(self, target: Target) -> tuple[str, str]:
        return "/leistungen/hund/", target.title

    def human(self, target: Target | None) -> tuple[str, str]:
        return "Bürgeramt", "0123 456-100"

    def place_titles(self, keys: tuple[str, ...]) -> list[str]:
        return []


def say(*texts: str, world: Small | None = None) -> tuple[Talk, Small, list[str]]:
    world = world or Small()
    talk = Talk(world)
    spoken = [talk.greeting().spoken, *(talk.turn(text).spoken for text in texts)]
    return talk, world, spoken


def test_from_a_wish_to_a_booking() -> None:
    talk, world, spoken = say("Ich brauche nächste Woche einen Ausweis", "die zweite", "Mein Name ist Anna Weber", "ja bitte")
    assert "vom 7. bis 13. Dezember" in spoken[1]
    assert "Zwei: Montag, 7. Dezember, 9 Uhr" in spoken[1]
    assert "Anna Weber" in spoken[3] and "Montag, 7. Dezember, 9 Uhr" in spoken[3] and "Ja oder Nein" in spoken[3]
    assert world.booked == ["T-1"] and talk.state.stage == Stage.DONE


@pytest.mark.parametrize(
    "answer",
    ["", "nein", "ja aber später", "vielleicht", "mir egal", "hm", "die zweite", "ja am Dienstag", "nicht ja", "jaja nein"],
)
def test_only_a_plain_yes_books(answer: str) -> None:
    _talk, world, _spoken = say("Ausweis morgen", "eins", "Anna Weber", answer)
    assert world.booked == []


@pytest.mark.parametrize("between", [("Mensch bitte",), ("", "", ""), ("hm", "hm", "hm")])
def test_a_yes_counts_only_right_behind_the_sentence_read_back(between: tuple[str, ...]) -> None:
    talk, world, spoken = say("Ausweis morgen", "eins", "Anna Weber", *between, "ja")
    assert world.booked == [] and "Anna Weber" in spoken[-1] and "Ja oder Nein" in spoken[-1]
    talk.turn("ja")
    assert world.booked == ["T-1"]


def test_the_same_matter_once_more_is_understood() -> None:
    _talk, world, spoken = say("Ausweis morgen", "Ausweis")
    assert "nicht verstanden" not in spoken[-1] and "Welche Zeit passt?" in spoken[-1] and not world.held


def test_a_yes_in_the_wrong_place_books_nothing() -> None:
    _talk, world, _spoken = say("ja", "Ausweis morgen", "ja", "ja", "eins", "ja", "ja")
    assert world.booked == []


def test_a_correction_counts_and_lets_go_of_what_was_held() -> None:
    talk, world, spoken = say("Ausweis nächste Woche", "eins", "Anna Weber", "nein, doch lieber Donnerstag", "eins", "ja")
    assert "Donnerstag, 10. Dezember, 8 Uhr" in spoken[4]
    assert world.booked == ["T-2"] and talk.state.name == "Anna Weber"


def test_another_thing_later_a_human_being_and_starting_over() -> None:
    talk, _world, spoken = say("Ausweis morgen", "später", "Mensch bitte", "von vorn", "Hund anmelden")
    assert "11 Uhr" in spoken[2]
    assert "0123 456-100" in spoken[3]
    assert talk.state.stage == Stage.LINK and "online" in spoken[5]


def test_two_things_that_fit_are_asked_about() -> None:
    talk, _world, spoken = say("Ausweis oder Pass", "zwei")
    assert "Eins: Personalausweis beantragen. Zwei: Reisepass beantragen." in spoken[1]
    assert talk.state.target == "reisepass"


def test_a_time_taken_meanwhile_is_said_and_others_are_offered() -> None:
    world = Small()
    world.refuse = True
    talk, world, spoken = say("Ausweis morgen", "eins", world=world)
    assert "gerade vergeben" in spoken[2] and talk.state.stage == Stage.CHOOSE and not world.held


WORDS = [
    "ja", "ja bitte", "ja genau", "nein", "eins", "zwei", "die dritte", "später", "früher", "", "äh", "Ausweis", "Pass morgen",
    "Hund", "Anna Weber", "nächste Woche", "um neun", "von vorn", "abbrechen", "Mensch bitte", "wie bitte", "\0\x1b", "10" * 40,
    "ja nein", "buchen", "okay", "Donnerstag lieber",
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=12)), max_size=14))
def test_never_an_unconfirmed_booking(texts: list[str]) -> None:
    world = Small()
    talk = Talk(world)
    talk.greeting()
    for text in texts:
        before, asked = len(world.booked), (talk.state.stage, talk.state.reply.get("ask", ""))
        state = State.of(talk.state.as_json())
        talk = Talk(world, state)  # as between two requests
        talk.turn(text)
        if len(world.booked) > before:
            assert asked[0] == Stage.CONFIRM and "Soll ich buchen?" in asked[1] and is_yes(text)
            assert len(world.booked) == before + 1


def test_random_talks_that_reach_the_end_book_only_by_yes() -> None:
    lot, booked, confirmed = random.Random(7), 0, 0
    for _ in range(300):
        world = Small()
        talk = Talk(world)
        for text in ["Ausweis morgen", "eins", "Anna Weber", *lot.choices(WORDS, k=4)]:
            asked = "Ja oder Nein" in talk.state.reply.get("ask", "")
            ready = talk.state.stage == Stage.CONFIRM and asked and is_yes(text)
            talk.turn(text)
            confirmed += ready
        booked += len(world.booked)
    assert booked == confirmed > 20


@pytest.mark.parametrize(
    ("text", "picked"),
    [
        ("eins", 0),
        ("die zweite", 1),
        ("der letzte", 2),
        ("Nummer drei bitte", 2),
        ("zwo", 1),
        ("zwei oder drei", None),
        ("um zwei", None),
        ("am dritten", None),
        ("drei Personen", None),
        ("nein", None),
        ("vier", None),
    ],
)
def test_choosing_by_number(text: str, picked: int | None) -> None:
    assert choice(text, 3) == picked


def test_names_and_what_is_none() -> None:
    assert name_in("Mein Name ist Özgür Yıldız-Schmidt") == "Özgür Yıldız-Schmidt"
    assert [name_in(text) for text in ("ja", "nein", "<script>", "123", "von vorn", "")] == [""] * 6


def test_wishes_besides() -> None:
    said = {"Ich will mit einem Menschen sprechen": "human", "noch mal von vorn": "restart", "abbrechen": "end"}
    said |= {"wie bitte": "again", "später": "later", "etwas anderes": "other"}
    assert {text: wants(text) for text in said} == said


def two(world: Small, text: str) -> Understanding:
    """What the ear says of two matters side by side."""
    keys = ("personalausweis", "reisepass")
    return Understanding(
        text, tuple(Guess(TARGETS[key], 0.8) for key in keys), world.read_when(text), both=tuple(TARGETS[key] for key in keys)
    )


class Pair(Small):
    """Hears "Ausweis und Pass" as two matters of one visit; `apart`: no counter does both."""

    apart = False

    def understand(self, text: str) -> Understanding:
        return two(self, text) if "und" in text.split() else super().understand(text)

    def offers(self, wanted: Wanted, skip: int) -> tuple[list[Offer], str]:
        self.asked.append((wanted.target.key, wanted.also.key if wanted.also else ""))
        return ([], "") if self.apart and wanted.also else super().offers(wanted, skip)


def test_two_matters_are_one_visit_and_both_are_read_back() -> None:
    talk, world, spoken = say("Ausweis und Pass nächste Woche", "eins", "Anna Weber", "ja", world=Pair())
    both = "Personalausweis beantragen und Reisepass beantragen"
    assert both in spoken[1] and both in spoken[3]
    assert world.asked == [("personalausweis", "reisepass")] and world.booked == ["T-1"]
    talk, world, spoken = say("Ausweis und Pass nächste Woche", "nur den Pass", world=Pair())
    assert world.asked[-1] == ("reisepass", "") and both not in spoken[2] and talk.state.also == ""


def test_what_no_single_visit_can_do_is_said_and_not_forgotten() -> None:
    world = Pair()
    world.apart = True
    talk, _world, spoken = say("Ausweis und Pass nächste Woche", "eins", "Anna Weber", "ja", "am Freitag", world=world)
    assert "Beides in einem Besuch geht nicht" in spoken[1] and "Reisepass beantragen" in spoken[1]
    assert "fehlt noch ein Termin" in spoken[4] and world.booked == ["T-1"]
    assert talk.state.target == "reisepass" and talk.state.stage == Stage.CHOOSE
