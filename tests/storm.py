"""A crash test under way beside the others: begun once for all workers, looked at by one, ended with the whole run."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STORM = (sys.executable, "benchmarks/crash.py", "--quick", "--outages", "4,3600", "--submissions", "45", "--seed", "11")
PATIENCE = 1800  # seconds; what stands still gives up much sooner by itself
# Everything it says goes to `said`, and when it is over its exit code to `code`.
KEEP = 'folder=$1; shift; "$@" > "$folder/said" 2>&1; echo $? > "$folder/ending"; mv "$folder/ending" "$folder/code"'


def begin(folder: Path, command: Sequence[str] = STORM) -> subprocess.Popen[bytes] | None:
    """In a process group of its own, whose number is in `pid`; None where another worker was quicker."""
    try:
        folder.mkdir()
    except FileExistsError:
        return None
    ours = ("STADTKERN_", "DJANGO_", "DATABASE_URL")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    nothing = subprocess.DEVNULL
    whole = ["sh", "-c", KEEP, "sh", str(folder), *command]
    begun = subprocess.Popen(whole, cwd=ROOT, env=clean, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True)
    (folder / "begun").write_text(str(begun.pid))
    (folder / "begun").rename(folder / "pid")
    return begun


def outcome(folder: Path) -> tuple[str, str]:
    """Exit code and what was said, once it is over. AssertionError where it takes too long or ends without a code."""
    until = time.monotonic() + PATIENCE
    while True:
        alive = under_way(folder)  # first: it may end between the two looks
        if (folder / "code").exists():
            return (folder / "code").read_text().strip(), _said(folder)
        assert alive, f"ended without a result:\n{_said(folder)}"
        assert time.monotonic() < until, f"not over yet:\n{_said(folder)}"
        time.sleep(0.5)


def under_way(folder: Path) -> bool:
    """Whether the process that will write the result lives; a dead one nobody has waited for does not."""
    with suppress(OSError):
        if not (folder / "pid").exists():
            return folder.exists()  # another worker is about to begin it
        pid = (folder / "pid").read_text()
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def end(folder: Path) -> None:
    """Nobody will look at it any more: it is asked to put its installation away and go."""
    if not (folder / "code").exists() and under_way(folder):
        with suppress(OSError):
            os.killpg(int((folder / "pid").read_text()), signal.SIGTERM)


def _said(folder: Path) -> str:
    return (folder / "said").read_text() if (folder / "said").exists() else ""
