"""Input that can't be scored."""


class ScoringRefused(ValueError):
    """A run or a truth can't be used; the message is one line: what, where, how to mend."""
