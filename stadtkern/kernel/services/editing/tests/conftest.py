"""A city folder of its own with a small service and an imported form with a rule nobody could read."""

from pathlib import Path

import pytest

from stadtkern.kernel.services.tests.conftest import SERVICE, city_folder, put  # noqa: F401
from stadtkern.kernel.services.tests.test_fim import invented, run
from stadtkern.lib.forms.tests.schemas import field, group
from stadtkern.lib.forms.tests.schemas import put as placed

RULE = (
    "<x:regel><x:identifikation><x:id>R99</x:id><x:version>1.0.0</x:version></x:identifikation><x:name>R</x:name>"
    "<x:freitextRegel>{text}</x:freitextRegel></x:regel>"
)
SENTENCE = "Bei mehrköpfigen Wesen möge man sinngemäß verfahren."


def form(sentence: str = SENTENCE) -> tuple[str, ...]:
    """Name, heads, place; the rule hangs on the group."""
    inside = [placed(field("F1", label="Rufname")), placed(field("F2", kind="num_int", label="Köpfe"), "0:1")]
    inside.append(placed(field("F3", label="Höhle"), "0:1"))
    return (
        placed(group("G1", *inside, more=RULE.format(text=sentence))),
        placed(group("G2", placed(field("F4", label="Ort")))),
    )


@pytest.fixture(autouse=True)
def arms(city_folder: Path) -> None:  # noqa: F811
    """Every page shows the city's arms."""
    (city_folder.parent / "arms.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')


@pytest.fixture
def dragon(city_folder: Path) -> Path:  # noqa: F811
    return put(city_folder, "drachen_anmelden", "# von Hand\n" + SERVICE)


@pytest.fixture
def federal(city_folder: Path, tmp_path: Path, offices) -> Path:  # noqa: F811
    run(invented(tmp_path, *form()), key="drachenflug")
    return city_folder / "drachenflug"
