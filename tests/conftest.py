"""The crash test begins with the first test of this folder: it waits most of its time, and others can be tested meanwhile."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
STORM = [sys.executable, "benchmarks/crash.py", "--quick", "--outages", "4,3600", "--submissions", "45", "--seed", "11"]
# Everything it says goes to `said`, and when it is over its exit code to `code`.
KEEP = 'folder=$1; shift; "$@" > "$folder/said" 2>&1; echo $? > "$folder/ending"; mv "$folder/ending" "$folder/code"'


def _is_crash(item: pytest.Item) -> bool:
    return item.path.name == "test_crash.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What came of it is looked at after everything else that needs no browser (those are put last in /conftest.py)."""
    items.sort(key=_is_crash)


@pytest.fixture(autouse=True, scope="session")
def storm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a crash test under way, if it is among the tests; one for all workers, begun by the first to come here."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "crash"
    if any(map(_is_crash, request.session.items)) and not folder.exists():
        begin(folder)
    return folder


def begin(folder: Path) -> None:
    try:
        folder.mkdir()
    except FileExistsError:
        return  # another worker was quicker
    ours = ("STADTKERN_", "DJANGO_", "DATABASE_URL")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    nothing = subprocess.DEVNULL
    command = ["sh", "-c", KEEP, "sh", str(folder), *STORM]
    subprocess.Popen(command, cwd=ROOT, env=clean, stdin=nothing, stdout=nothing, stderr=nothing)
