"""A folder that the finance system reads (STADTKERN_FINANCE_FOLDER): whole files only, never one over another."""

import os
from pathlib import Path


class Folder:
    """One file per closing."""

    key = "folder"
    connected = True

    def __init__(self, place: Path) -> None:
        self.place = place

    def hand_over(self, name: str, data: bytes) -> None:
        """Written beside and then renamed; a file that lies there already with other content is an error."""
        target = self.place / name
        if target.exists():
            if target.read_bytes() != data:
                raise FileExistsError(f"{name} lies there already with other content")
            return
        beside = target.with_name(f".{name}.new")
        beside.write_bytes(data)
        beside.replace(target)


def connect() -> Folder:
    """KeyError names the missing variable."""
    return Folder(Path(os.environ["STADTKERN_FINANCE_FOLDER"]))
