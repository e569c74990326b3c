"""No register is connected: every question is answered with "not available", and forms are filled in by hand."""

import uuid
from collections.abc import Sequence

from . import Answer, RegisterUnavailable

NAME = "none"


def ask(person_key: uuid.UUID, fields: Sequence[str]) -> Answer:
    raise RegisterUnavailable("no residents register is connected")
