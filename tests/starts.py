"""Many starts of the platform, each in a process and an environment of its own; what is not ours is imported once.

Reads from standard input a list of environments (JSON), writes for each [exit code, output]. A start takes about four
seconds, and more than half of that is packages that look at no environment: they are there before the processes part.
"""

import importlib
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

START = "import stadtkern.site.wsgi; from django.conf import settings; print('started in', settings.MODE)"
AT_ONCE = 2


def names(environment: dict[str, str]) -> list[str]:
    """What a start imports of packages."""
    _code, said = outcome(*begin(environment, "import stadtkern.site.wsgi, sys; print(*sys.modules)"))
    return [name for name in said.split() if not name.startswith(("stadtkern", "__"))]


def preload(found: list[str]) -> None:
    """As far as it goes without settings; modules of models want the environment of a start and stay for it."""
    for name in found:
        try:
            importlib.import_module(name)
        except Exception:
            continue


def begin(environment: dict[str, str], code: str) -> tuple[int, str]:
    """Number of the process, and the file it writes to."""
    handle, file = tempfile.mkstemp(prefix="start-")
    child = os.fork()
    if child:
        os.close(handle)
        return child, file
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:0] = environment["PYTHONPATH"].split(":")
    try:
        exec(code, {})
        status = 0
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def outcome(child: int, file: str) -> tuple[int, str]:
    _child, status = os.waitpid(child, 0)
    text = Path(file).read_text(encoding="utf-8", errors="replace")
    Path(file).unlink()
    return os.waitstatus_to_exitcode(status), text


def starts(environments: list[dict[str, str]]) -> Iterator[tuple[int, str]]:
    """In their order, so many at once."""
    for number in range(0, len(environments), AT_ONCE):
        running = [begin(environment, START) for environment in environments[number : number + AT_ONCE]]
        yield from (outcome(*one) for one in running)


if __name__ == "__main__":
    wanted = json.load(sys.stdin)
    preload(names(wanted[0]))
    json.dump(list(starts(wanted)), sys.stdout)
