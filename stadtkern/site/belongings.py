"""What the invented people own and are: vehicles, dogs, trades, births, whose child; the same town every time."""

import random
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from typing import Any

from stadtkern.site.population import Home

LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
# make, model, fuel, emission class, grams of CO₂
CARS = [
    ("VW", "Golf", "petrol", "Euro 6d", 124),
    ("VW", "ID.3", "electric", "", 0),
    ("Opel", "Corsa", "petrol", "Euro 6b", 118),
    ("Ford", "Focus", "diesel", "Euro 6d", 109),
    ("Škoda", "Octavia", "diesel", "Euro 5", 114),
    ("Toyota", "Yaris", "hybrid", "Euro 6d", 87),
    ("Renault", "Zoe", "electric", "", 0),
    ("Dacia", "Sandero", "gas", "Euro 6d", 109),
    ("BMW", "320d", "diesel", "Euro 6d", 122),
    ("Fiat", "Panda", "petrol", "Euro 6d", 113),
]
DOGS = ["Bello", "Luna", "Ännchen", "Rocky", "Frieda", "Emma", "Balu", "Mila", "Oskar", "Paçoca"]
BREEDS = ["Mischling", "Labrador Retriever", "Dackel", "Deutscher Schäferhund", "Pudel", "Border Collie", "Mops"]
TRADES = ["Friseurhandwerk", "Handel mit Fahrrädern", "Gebäudereinigung", "Programmierung und Beratung", "Imbiss", "Fotografie"]

Row = dict[str, Any]


def vehicles(homes: Iterator[Home], personas: dict[uuid.UUID, Row], today: date, seed: int = 11) -> Iterator[Row]:
    """Three of five adults have a car, some two; the demo persons have what `people.toml` says."""
    dice, numbers = random.Random(seed), count(1)  # noqa: S311 - invention, not secrecy
    for home in homes:
        for person in home.people:
            if (persona := personas.get(person["key"])) is not None:
                yield from (row | {"person_key": person["key"]} for row in persona.get("vehicles", ()))
            elif _age(person, today) >= 18:
                for _ in range(dice.choices([0, 1, 2], [40, 52, 8])[0]):
                    yield _car(dice, next(numbers), today) | {"person_key": person["key"]}


def _car(dice: random.Random, number: int, today: date) -> Row:
    make, model, fuel, emission, co2 = dice.choice(CARS)
    first, second = divmod(number // 900, len(LETTERS))
    plate = f"MST-{LETTERS[first]}{LETTERS[second]} {100 + number % 900}{'E' if fuel == 'electric' else ''}"
    vin = "".join(dice.choice("0123456789ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(17))
    registered = today - timedelta(days=dice.randint(30, 6000))
    told = {"plate": plate, "vin": vin, "make": make, "model": model, "fuel": fuel, "emission_class": emission, "co2": co2}
    return told | {"first_registration_date": registered, "valid": dice.random() > 0.02}


def dogs(homes: Iterator[Home], personas: dict[uuid.UUID, Row], today: date, seed: int = 12) -> Iterator[Row]:
    """One household in nine."""
    dice, numbers = random.Random(seed), count(1001)  # noqa: S311
    for home in homes:
        owner = home.people[0]
        told = personas.get(owner["key"])
        if told is not None:
            yield from (row | {"person_key": owner["key"]} for row in told.get("dogs", ()))
        elif dice.random() < 0.11:
            yield {
                "number": str(next(numbers)),
                "name": dice.choice(DOGS),
                "chip": f"276{dice.randrange(10**12):012d}",
                "breed": dice.choice(BREEDS),
                "dangerous": dice.random() < 0.02,
                "since_date": today - timedelta(days=dice.randint(20, 4000)),
                "person_key": owner["key"],
            }


def trades(homes: Iterator[Home], personas: dict[uuid.UUID, Row], today: date, seed: int = 13) -> Iterator[Row]:
    """One adult in forty."""
    dice, numbers = random.Random(seed), count(1)  # noqa: S311
    for home in homes:
        for person in home.people:
            if person["key"] in personas or _age(person, today) < 18 or dice.random() > 0.025:
                continue
            activity = dice.choice(TRADES)
            place = {name: home.address[name] for name in ("street", "house_number", "postcode", "town")}
            yield place | {
                "number": f"GA-{next(numbers):05d}",
                "title": f"{person['given_names'].split(' ')[0]} {person['family_name']} {activity}",
                "activity": activity,
                "since_date": today - timedelta(days=dice.randint(30, 5000)),
                "person_key": person["key"],
            }


def births(homes: Iterator[Home], personas: dict[uuid.UUID, Row], town: str, today: date) -> Iterator[tuple[Row, list[Row]]]:
    """Everybody born in town has a record there; demo persons have one wherever they were born."""
    numbers = count(1)
    for home in homes:
        parents = _parents(home, today)
        for person in home.people:
            if person["birth_place"] != town and person["key"] not in personas:
                continue
            own = person in parents or len(parents) == 0 or _age(person, today) >= 18
            born = person["birth_date"]
            names = {"given_names": person["given_names"], "family_name": person["birth_name"] or person["family_name"]}
            people = [{"role": "CHILD", "person_key": person["key"], "birth_date": born, **names}]
            people += [{"role": "PARENT", **one} for one in personas.get(person["key"], {}).get("parents", ())]
            if not own:
                people += [{"role": "PARENT", "person_key": one["key"], **_named(one)} for one in parents]
            yield (
                {
                    "kind": "BIRTH",
                    "office": f"Standesamt {person['birth_place']}",
                    "register_number": f"G {next(numbers)}/{born.year}",
                    "event_date": born,
                    "event_place": person["birth_place"],
                    "entered_date": born + timedelta(days=4),
                },
                people,
            )


def parentages(homes: Iterator[Home], today: date) -> Iterator[Row]:
    """Children under eighteen and the adults they live with who may be their parents."""
    for home in homes:
        parents = _parents(home, today)
        for child in home.people:
            if _age(child, today) < 18:
                yield from ({"child_key": child["key"], "parent_key": one["key"], "custody": True} for one in parents)


def _parents(home: Home, today: date) -> list[Row]:
    children = [_age(person, today) for person in home.people if _age(person, today) < 18]
    return [one for one in home.people[:2] if children and _age(one, today) >= max(children) + 18]


def _named(person: Row) -> Row:
    return {name: person[name] for name in ("given_names", "family_name", "birth_date")}


def _age(person: Row, today: date) -> int:
    born: date = person["birth_date"]
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
