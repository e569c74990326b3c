"""Reading packed bits (PER, unaligned) from the front, and cutting out exactly the bits somebody signed."""


class Broken(ValueError):
    """The bits end too early, or are none of ours."""


class Bits:
    """Where we are in a string of bits."""

    def __init__(self, data: bytes) -> None:
        self.value, self.size, self.at = int.from_bytes(data, "big"), len(data) * 8, 0

    def take(self, count: int) -> int:
        """The next bits as a number."""
        self.at += count
        if self.at > self.size:
            raise Broken
        return (self.value >> (self.size - self.at)) & ((1 << count) - 1)

    def number(self, least: int, most: int) -> int:
        """A number between two bounds, in as few bits as hold them."""
        found = least + self.take((most - least).bit_length())
        if found > most:
            raise Broken
        return found

    def length(self) -> int:
        """How many follow; more than 16383 are none of ours."""
        if not self.take(1):
            return self.take(7)
        if self.take(1):
            raise Broken
        found = self.take(14)
        if found < 128:
            raise Broken  # not the shortest form
        return found

    def octets(self) -> bytes:
        size = self.length()
        return self.take(size * 8).to_bytes(size, "big")

    def letters(self) -> str:
        """Seven bits each."""
        size = self.length()
        return "".join(chr(self.take(7)) for _ in range(size))

    def cut(self, start: int, end: int) -> bytes:
        """These bits as bytes, filled up with zeros: what a signature was made over."""
        size = end - start
        bits = (self.value >> (self.size - end)) & ((1 << size) - 1)
        fill = -size % 8
        return (bits << fill).to_bytes((size + fill) // 8, "big")

    def finish(self) -> None:
        """Nothing may follow but the filling of the last byte."""
        rest = self.size - self.at
        if rest > 7 or (rest and self.take(rest)):
            raise Broken
