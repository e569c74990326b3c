"""Many short texts in two arrays, so that they can be memory-mapped; a text is decoded when somebody asks for it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray


class Texts(Sequence[str]):
    """`blob` uint8[bytes], `offset` int64[n + 1]; reads like a list of str."""

    __slots__ = ("blob", "offset")

    def __init__(self, blob: NDArray[np.uint8], offset: NDArray[np.int64]) -> None:
        self.blob, self.offset = blob, offset

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Texts":
        parts = [text.encode("utf-8", "replace") for text in texts]
        offset = np.zeros(len(parts) + 1, np.int64)
        np.cumsum([len(part) for part in parts], out=offset[1:])
        return cls(np.frombuffer(b"".join(parts), np.uint8), offset)

    def __len__(self) -> int:
        return len(self.offset) - 1

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(len(self)))]
        if at < 0:
            at += len(self)
        if not 0 <= at < len(self):
            raise IndexError(at)
        return self.blob[self.offset[at] : self.offset[at + 1]].tobytes().decode("utf-8", "replace")

    def __iter__(self) -> Iterator[str]:
        whole = self.blob.tobytes()
        offset = self.offset.tolist()
        for at in range(len(self)):
            yield whole[offset[at] : offset[at + 1]].decode("utf-8", "replace")

    def plus(self, more: list[str]) -> "Texts":
        """These and some more, without decoding the old ones."""
        new = Texts.of(more)
        return Texts(np.concatenate([self.blob, new.blob]), np.concatenate([self.offset, new.offset[1:] + self.offset[-1]]))

    def index_of(self) -> dict[str, int]:
        """Text to its first place."""
        found: dict[str, int] = {}
        for at, text in enumerate(self):
            found.setdefault(text, at)
        return found
