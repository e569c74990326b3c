"""Two types of PostgreSQL that Django has no field for."""

from typing import TYPE_CHECKING, Any

from django.db import models

CELL = 5  # minutes
CELLS = 24 * 60 // CELL
NONE = "0" * CELLS

if TYPE_CHECKING:
    _Text = models.Field[str, str]
else:
    _Text = models.Field


class VarBit(_Text):
    """The 288 cells of one day; in Python "0101…"."""

    def db_type(self, connection: Any) -> str:
        return f"bit varying({CELLS})"


class MultiRange(_Text):
    """Points of a person's limits; in Python "{[17,18)}"."""

    def db_type(self, connection: Any) -> str:
        return "int8multirange"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str:
        return str(value)
