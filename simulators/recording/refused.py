"""Why a recording can't be used, in one line: which file, what, and how to mend it."""


class RecordingRefused(ValueError):
    """The recording can't be replayed; the message is one line."""

    def __init__(self, file: object, what: str, mend: str) -> None:
        super().__init__(" ".join(f"{file}: {what}; {mend}".split()))
