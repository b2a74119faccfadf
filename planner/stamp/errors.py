"""The one error of the stamp."""


class StampError(ValueError):
    """A model the stamp cannot read, or a question it cannot answer; the message says what to write instead."""
