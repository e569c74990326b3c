"""The crash test begins with the first test of this folder: it waits most of its time, and others can be tested meanwhile."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from . import storm as crash


def _is_crash(item: pytest.Item) -> bool:
    return item.path.name == "test_crash.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What came of it is looked at after everything else that needs no browser (those are put last in /conftest.py)."""
    items.sort(key=_is_crash)


def _folder(config: pytest.Config) -> Path:
    """The same for all workers of a run and for the one that hands out their tests; new in every run."""
    base: Path = config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
    return (base.parent if hasattr(config, "workerinput") else base) / "crash"


@pytest.fixture(autouse=True, scope="session")
def storm(request: pytest.FixtureRequest) -> Path:
    """The folder of a crash test under way, if it is among the tests; one for all workers, begun by the first to come here."""
    folder = _folder(request.config)
    if any(map(_is_crash, request.session.items)) and not folder.exists():
        crash.begin(folder)
    return folder


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """After the last worker: who began it may have been done long before the one that looks at it."""
    yield
    if not hasattr(session.config, "workerinput"):
        crash.end(_folder(session.config))
