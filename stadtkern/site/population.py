"""An invented population from a handful of names and streets; the same seed gives the same town."""

import random
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

NAMESPACE = uuid.UUID("6f1d2d64-6f0a-4d0e-9d0e-1f6f5ad5c001")


@dataclass(frozen=True)
class Home:
    """One household and its people, as the residents register imports it."""

    address: dict[str, str]
    people: list[dict[str, Any]]


def material(folder: Path) -> dict[str, Any]:
    """`seed/people.toml` of a city, and of `seed/identities.toml` those who live there."""
    source = tomllib.loads((folder / "seed" / "people.toml").read_text(encoding="utf-8"))
    known = folder / "seed" / "identities.toml"
    listed = tomllib.loads(known.read_text(encoding="utf-8")).get("people", []) if known.exists() else []
    return source | {"identities": [one for one in listed if one.get("resident")]}


def households(source: dict[str, Any], town: dict[str, str], count: int, today: date, seed: int = 7) -> Iterator[Home]:
    """Households until `count` people live in town; the demo persons come first."""
    dice = random.Random(seed)  # noqa: S311 - invention, not secrecy
    people = 0
    for persona in source["personas"]:
        if "birth_date" in persona:
            family = [_persona(dice, source, persona, today), *_children(persona, town)]
            yield Home(_address(dice, source, town) | _fixed(persona), family)
            people += 1  # children are on top: the rest of the town stays as it is
    for one in source.get("identities", []):
        yield Home(town | _fixed(one), [_known(one, today)])
        people += 1
    while people < count:
        home = _family(dice, source, town, today)
        people += len(home.people)
        yield home


def _fixed(one: dict[str, Any]) -> dict[str, str]:
    return {name: one[name] for name in ("street", "house_number", "district") if name in one}


def _known(one: dict[str, Any], today: date) -> dict[str, Any]:
    """Somebody the simulator of BundID knows, too."""
    told = {name: one[name] for name in ("given_names", "family_name", "birth_date", "birth_place", "sex")}
    moved = max(one["birth_date"], today - timedelta(days=900))
    plain = {"birth_name": "", "doctoral_degree": "", "nationality": "deutsch", "blocked": False, "moved_in_date": moved}
    return told | plain | {"key": uuid.uuid5(NAMESPACE, one["key"])}


def _family(dice: random.Random, source: dict[str, Any], town: dict[str, str], today: date) -> Home:
    size = dice.choices([1, 2, 3, 4, 5], [40, 32, 14, 10, 4])[0]
    name = dice.choice(source["family"])
    oldest = dice.randint(19, 92)
    moved = today - timedelta(days=dice.randint(5, min(oldest, 40) * 365))
    people = []
    for place in range(size):
        age = (
            oldest
            if place == 0
            else max(19, oldest - dice.randint(-4, 6))
            if place == 1
            else dice.randint(0, max(1, oldest - 20))
        )
        own = dice.choice(source["family"]) if place == 1 and dice.random() < 0.3 else name
        people.append(_person(dice, source, own, age, moved, today))
    return Home(_address(dice, source, town), people)


def _person(dice: random.Random, source: dict[str, Any], family: str, age: int, moved: date, today: date) -> dict[str, Any]:
    sex = dice.choices("wmdx", [500, 490, 5, 5])[0]
    names = source["female"] if sex == "w" else source["male"]
    born = date(today.year - age, 1, 1) + timedelta(days=dice.randint(0, 364))
    born = min(born, today)
    given = dice.choice(names) + (f" {dice.choice(names)}" if dice.random() < 0.35 else "")
    birth_name = dice.choice(source["family"]) if age > 25 and dice.random() < 0.25 else ""
    return {
        "key": uuid.UUID(int=dice.getrandbits(128), version=4),
        "given_names": given,
        "family_name": family,
        "birth_name": birth_name if birth_name != family else "",
        "doctoral_degree": "Dr." if age > 28 and dice.random() < 0.02 else "",
        "birth_date": born,
        "birth_place": dice.choice(source["places"]),
        "sex": sex,
        "nationality": dice.choices(
            ["deutsch", "türkisch", "polnisch", "ukrainisch", "syrisch", "vietnamesisch"], [86, 4, 3, 3, 2, 2]
        )[0],
        "moved_in_date": max(moved, born),
        "blocked": dice.random() < 0.004,
    }


def _persona(dice: random.Random, source: dict[str, Any], persona: dict[str, Any], today: date) -> dict[str, Any]:
    row = _person(dice, source, persona["family_name"], 40, today - timedelta(days=2000), today)
    told = {name: persona[name] for name in ("given_names", "birth_date", "sex")}
    return row | told | {"key": persona_key(persona["email"]), "birth_name": "", "nationality": "deutsch", "blocked": False}


def _children(persona: dict[str, Any], town: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Sons and daughters of a demo person, born here."""
    for one in persona.get("children", ()):
        plain = {"birth_name": "", "doctoral_degree": "", "nationality": "deutsch", "blocked": False}
        told = {name: one[name] for name in ("given_names", "birth_date", "sex")}
        home = {"family_name": persona["family_name"], "birth_place": town["town"], "moved_in_date": one["birth_date"]}
        yield plain | told | home | {"key": persona_key(f"{one['given_names']}@{persona['email']}")}


def persona_key(email: str) -> uuid.UUID:
    """Register key of a demo person, the same in every run."""
    return uuid.uuid5(NAMESPACE, email)


def _address(dice: random.Random, source: dict[str, Any], town: dict[str, str]) -> dict[str, str]:
    district = dice.choice(list(source["streets"]))
    number = f"{dice.randint(1, 148)}{dice.choice(['', '', '', '', 'a', ' b'])}"
    return {"street": dice.choice(source["streets"][district]), "house_number": number, "district": district, **town}
