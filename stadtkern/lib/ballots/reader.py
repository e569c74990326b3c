"""Reads Pabulib files (.pb, .pb.gz): META, PROJECTS, VOTES. What can be put right is noted, the rest refused."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from .lines import MOST_BYTES, content, decoded, rows
from .model import CHOOSE_ONE, VOTE_TYPES, WITH_POINTS, BallotError, Election, Project, is_length
from .numbers import number

MOST_PROJECTS = 20_000
MOST_BALLOTS = 5_000_000
MOST_NOTES = 50
_PARTS = ("META", "PROJECTS", "VOTES")
_KEYS = ("project_id", "id", "project", "projectid")
_SPELLINGS = {"choose1": CHOOSE_ONE, "choose_1": CHOOSE_ONE, "chooseone": CHOOSE_ONE, "rank": "ordinal", "score": "scoring"}


def read_file(file: Path, most: int = MOST_BYTES) -> Election:
    return read(content(file, most))


def read_bytes(data: bytes) -> Election:
    return read(decoded(data))


def read(text: str) -> Election:
    """An election from the text of a file."""
    return _Reader().read(text)


class _Reader:
    def __init__(self) -> None:
        self.meta: dict[str, str] = {}
        self.projects: list[Project] = []
        self.places: dict[str, int] = {}
        self.ballots: list[tuple[int, ...]] = []
        self.points: list[tuple[Fraction | int, ...]] = []
        self.voters: list[dict[str, str]] = []
        self.notes: list[str] = []
        self.left_out = 0
        self.known: dict[str, tuple[int, ...]] = {}  # equal votes are taken apart once
        self.worth: dict[str, Fraction | int] = {}

    def read(self, text: str) -> Election:
        part, header, seen = "", None, set()
        for line, cells in rows(text):
            if len(cells) >= 1 and (word := cells[0].strip().upper()) in _PARTS and not any(map(str.strip, cells[1:])):
                if word in seen:
                    raise BallotError(f"Zeile {line}: Der Abschnitt {word} kommt zweimal vor.")
                part, header = word, None
                seen.add(word)
                self._begin(part, line)
            elif not part:
                raise BallotError(f"Zeile {line}: Vor dem ersten Abschnitt (META) steht Text.")
            elif header is None:
                header = self._header(part, cells, line)
            elif part == "VOTES":
                self._vote(cells, header, line)
            elif part == "META":
                self.meta[cells[0].strip().lower()] = cells[1].strip() if len(cells) > 1 else ""
            else:
                self._project(cells, header, line)
        return self._election(seen)

    def _election(self, seen: set[str]) -> Election:
        if missing := [part for part in _PARTS if part not in seen]:
            raise BallotError(f"Der Abschnitt {missing[0]} fehlt.")
        if self.left_out:
            self.notes.append(f"{self.left_out} weitere Hinweise.")
        for kind, found in (("num_votes", len(self.ballots)), ("num_projects", len(self.projects))):
            said = self.meta.get(kind, "")
            if said and said != str(found):
                self.notes.append(f"{kind} nennt {said[:20]}, in der Datei stehen {found}.")
        return Election(
            self._amount("budget"), self.vote_type, self.projects, self.ballots, self.points, self.meta, self.voters, self.notes
        )

    def _begin(self, part: str, line: int) -> None:
        if part == "VOTES":
            if not self.projects:
                raise BallotError(f"Zeile {line}: Der Abschnitt PROJECTS steht nicht vor VOTES oder ist leer.")
            said = self.meta.get("vote_type", "").strip().lower()
            self.vote_type = _SPELLINGS.get(said, said)
            if self.vote_type not in VOTE_TYPES:
                raise BallotError(f"vote_type „{said[:40]}“ ist unbekannt. Möglich sind: {', '.join(VOTE_TYPES)}.")
            self._amount("budget")
            if (longest := self.meta.get("max_length", "")) and not is_length(longest):
                self._note(f"max_length „{longest[:20]}“ ist keine Zahl bis sechs Stellen; es gilt der längste Stimmzettel.")

    def _amount(self, name: str) -> Fraction:
        try:
            value = number(self.meta.get(name, ""))
        except ValueError:
            raise BallotError(f"META: {name} fehlt oder ist keine Zahl („{self.meta.get(name, '')[:40]}“).") from None
        if value < 0:
            raise BallotError(f"META: {name} ist negativ.")
        return value

    def _header(self, part: str, cells: list[str], line: int) -> list[str]:
        names = [cell.strip().lower() for cell in cells]
        if part == "PROJECTS":
            names = [
                "project_id" if name in _KEYS and "project_id" not in names[:at] else name for at, name in enumerate(names)
            ]
            needed = ["project_id", "cost"]
        else:
            needed = ["vote"] if part == "VOTES" else []
        for name in needed:
            if name not in names:
                raise BallotError(f"Zeile {line}: In {part} fehlt die Spalte {name}.")
        if part == "VOTES":
            self.at_vote = names.index("vote")
            self.at_points = names.index("points") if "points" in names else -1
            self.others = [(at, name) for at, name in enumerate(names) if name not in ("vote", "points")]
            if self.vote_type in WITH_POINTS and self.at_points < 0:
                raise BallotError(
                    f"Zeile {line}: In VOTES fehlt die Spalte points, ohne sie gibt es bei {self.vote_type} nichts zu zählen."
                )
        return names

    def _project(self, cells: list[str], header: list[str], line: int) -> None:
        row = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
        key = row.pop("project_id", "")
        if not key:
            raise BallotError(f"Zeile {line}: Das Projekt hat keine Kennung.")
        if key in self.places:
            raise BallotError(f"Zeile {line}: Das Projekt „{key[:40]}“ kommt zweimal vor.")
        try:
            cost = number(row.pop("cost", ""))
        except ValueError:
            raise BallotError(f"Zeile {line}: Die Kosten von „{key[:40]}“ sind keine Zahl.") from None
        if cost < 0:
            raise BallotError(f"Zeile {line}: Die Kosten von „{key[:40]}“ sind negativ.")
        if len(self.projects) >= MOST_PROJECTS:
            raise BallotError(f"Zeile {line}: mehr als {MOST_PROJECTS} Projekte.")
        self.places[key] = len(self.projects)
        self.projects.append(Project(key, cost, row.pop("name", ""), row))

    def _vote(self, cells: list[str], header: list[str], line: int) -> None:
        if len(self.ballots) >= MOST_BALLOTS:
            raise BallotError(f"Zeile {line}: mehr als {MOST_BALLOTS} Stimmzettel.")
        vote = cells[self.at_vote] if self.at_vote < len(cells) else ""
        if self.at_points >= 0 and self.vote_type in WITH_POINTS:
            ballot, points = self._with_points(vote, cells[self.at_points] if self.at_points < len(cells) else "", line)
            self.points.append(points)
        elif (known := self.known.get(vote)) is not None:
            ballot = known
        else:
            ballot = tuple(place for _, place in self._chosen(vote, line))
            if not self._noted(line):
                self.known[vote] = ballot
        if self.vote_type == CHOOSE_ONE and len(ballot) > 1:
            self._note(
                f"Zeile {line}: mehr als ein Projekt auf dem Stimmzettel, obwohl nur eines erlaubt ist; er zählt als leer."
            )
            ballot = ()
        self.ballots.append(ballot)
        self.voters.append({name: cells[at] for at, name in self.others if at < len(cells)})

    def _chosen(self, vote: str, line: int) -> Iterator[tuple[int, int]]:
        """Position and place of each project named, each only once."""
        taken: set[int] = set()
        for at, key in enumerate(_listed(vote)):
            place = self.places.get(key)
            if place is None:
                self._note(f"Zeile {line}: Das Projekt „{key[:40]}“ gibt es nicht; es zählt nicht.")
            elif place in taken:
                self._note(f"Zeile {line}: Das Projekt „{key[:40]}“ steht zweimal auf dem Stimmzettel; es zählt einmal.")
            else:
                taken.add(place)
                yield at, place

    def _with_points(self, vote: str, points: str, line: int) -> tuple[tuple[int, ...], tuple[Fraction | int, ...]]:
        chosen = list(self._chosen(vote, line))
        given = _listed(points)
        if len(given) != len(_listed(vote)):
            self._note(f"Zeile {line}: {len(given)} Punktangaben für {len(_listed(vote))} Projekte; was fehlt, zählt null.")
        values = [self._points(given[at], line) if at < len(given) else 0 for at, _ in chosen]
        return tuple(place for _, place in chosen), tuple(values)

    def _points(self, text: str, line: int) -> Fraction | int:
        if text not in self.worth:
            try:
                value = number(text)
            except ValueError:
                raise BallotError(f"Zeile {line}: Die Punkte „{text[:40]}“ sind keine Zahl.") from None
            self.worth[text] = int(value) if value.denominator == 1 else value
        return self.worth[text]

    def _note(self, text: str) -> None:
        if len(self.notes) < MOST_NOTES:
            self.notes.append(text)
        else:
            self.left_out += 1

    def _noted(self, line: int) -> bool:
        return bool(self.left_out) or any(note.startswith(f"Zeile {line}:") for note in self.notes)


def _listed(text: str) -> list[str]:
    """The entries of a list with commas; "None" and nothing are an empty list."""
    if "," not in text:
        entry = text.strip()
        return [entry] if entry and entry.lower() != "none" else []
    return [entry for entry in map(str.strip, text.split(",")) if entry]
