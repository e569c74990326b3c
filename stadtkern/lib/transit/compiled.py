"""numba with a cache on disk where a folder can be written, without one elsewhere. Import this only where something is
searched."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile without Python objects. The cache lies in NUMBA_CACHE_DIR, else beside the code, else in the user's cache folder;
    where none of them can be written the function is compiled once in each process (about three seconds)."""
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    try:
        return numba.njit(cache=True, **options)(function)  # type: ignore[no-any-return]
    except (RuntimeError, OSError):
        return numba.njit(**options)(function)  # type: ignore[no-any-return]
