"""Answers real servers gave; where the shared data lie."""

import os
from pathlib import Path

SHARED = Path(os.environ.get("STADTKERN_SHARED", Path(__file__).resolve().parents[5] / "shared"))
FOLDER = SHARED / "data" / "participation" / "open311"


def sample(name: str) -> bytes:
    return (FOLDER / name).read_bytes()
