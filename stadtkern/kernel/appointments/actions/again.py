"""Two that wait for each other: the database ends one of them, and that one simply tries again."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import psycopg
from django.db import OperationalError, connection

P = ParamSpec("P")
T = TypeVar("T")
TRIES = 4


def once_more(action: Callable[P, T]) -> Callable[P, T]:
    """For actions that open their own transaction; inside another one the error goes up, because that one is spoilt."""

    @wraps(action)
    def careful(*args: Any, **kwargs: Any) -> T:
        for number in range(TRIES):
            try:
                return action(*args, **kwargs)
            except OperationalError as error:
                met = isinstance(error.__cause__, psycopg.errors.DeadlockDetected | psycopg.errors.SerializationFailure)
                if not met or connection.in_atomic_block or number == TRIES - 1:
                    raise
        raise AssertionError("unreachable")

    return careful
