"""A city folder of its own, to drop services into."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def city_folder(settings, tmp_path: Path) -> Path:
    """`services/` of a city that has nothing of its own yet."""
    folder = tmp_path / "cities" / "probe"
    (folder / "services").mkdir(parents=True)
    shutil.copy(settings.CITY_FOLDER / "city.toml", folder)
    settings.CITY_FOLDER = folder
    return folder / "services"


SERVICE = """
title = "Drachen anmelden"
teaser = "Melden Sie Ihren Drachen an."
office = "ordnungsamt"
for = ["citizens"]
synonyms = ["Feuerspucker"]
[[steps]]
title = "Ihr Drache"
fields = [
  { name = "name", label = "Rufname" },
  { name = "heads", label = "Köpfe", kind = "number", min_value = 1 },
  { name = "fire", label = "Speit er Feuer?", kind = "yes_no" },
  { name = "range", label = "Wie weit?", kind = "number", when = { fire = true } },
]
[fee]
amount = 4200
[decision]
within = "2 weeks"
[keep]
years = 3
because = "Drachensatzung"
"""


@pytest.fixture
def dragon(city_folder: Path) -> Path:
    """A small complete service in the city's folder."""
    return put(city_folder, "drachen_anmelden", SERVICE)


def put(city_folder: Path, key: str, text: str) -> Path:
    folder = city_folder / key
    folder.mkdir(exist_ok=True)
    (folder / "service.toml").write_text(text, encoding="utf-8")
    return folder
