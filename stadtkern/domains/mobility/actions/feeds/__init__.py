"""What happens to sources: set up, asked for, read by a job, exchanged as a whole, taken back to the version before."""

from .days import add_days, job_of, streets_read
from .pointing import point
from .reading import DATABASE_AWAY, read
from .sources import Refused, ask, set_up, stopped, upload
from .versions import go_back, tidy

__all__ = [
    "DATABASE_AWAY",
    "Refused",
    "add_days",
    "ask",
    "go_back",
    "job_of",
    "point",
    "read",
    "set_up",
    "stopped",
    "streets_read",
    "tidy",
    "upload",
]
