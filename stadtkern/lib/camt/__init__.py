"""Bank statements in ISO 20022 camt.053, versions 02 to 13 as German banks send them: bytes in, checked statements out."""

from .files import CamtError, read_file
from .model import Movement, Statement
from .reader import read_statements

__all__ = ["CamtError", "Movement", "Statement", "read_file", "read_statements"]
