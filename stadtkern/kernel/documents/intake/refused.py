"""The sentence a citizen reads when a file is not taken."""


class Refused(ValueError):
    """The file is not taken; the message is for the citizen and says what to do instead."""
