"""numba's compiler, with a place for compiled code in a read-only installation. Only kernels import it: it takes a second."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba


def _writable(folder: Path) -> bool:
    """Whether this folder takes our files and nobody else's: what lies in it is run."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = folder.stat()
        return state.st_uid == os.getuid() and not state.st_mode & 0o022 and os.access(folder, os.W_OK)
    except OSError:
        return False


def place() -> Path | None:
    """Where compiled code is kept: beside the source (None says so), else in the user's cache, else in the temporary folder."""
    here = Path(__file__).parent
    if os.access(here, os.W_OK):
        return None
    mark = hashlib.sha256(str(here).encode()).hexdigest()[:12]
    homes = [os.environ.get("XDG_CACHE_HOME") or "~/.cache", tempfile.gettempdir()]
    for home in homes:
        folder = Path(home).expanduser() / f"stadtkern-numba-{mark}-{os.getuid()}"
        if _writable(folder):
            return folder
    return Path(tempfile.mkdtemp(prefix="stadtkern-numba-"))  # for this process alone


def _prepare() -> None:
    config: Any = numba.config
    if not os.environ.get("NUMBA_CACHE_DIR"):
        folder = place()
        if folder is not None:
            config.CACHE_DIR = str(folder)


_prepare()
KERNELS: list[Any] = []  # of this process; each knows for which types it is compiled or loaded (`signatures`)


def compiled(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """`numba.njit`: kept on disk, without the interpreter's lock."""
    made: Callable[..., Any] = numba.njit(cache=True, nogil=True)(kernel)
    KERNELS.append(made)
    return made


def inlined(part: Callable[..., Any]) -> Callable[..., Any]:
    """A piece of kernels that is put into each of them: a name for a few lines, which costs no call."""
    made: Callable[..., Any] = numba.njit(inline="always")(part)
    return made
