"""Seeds of simulated worlds as they are named on a command line."""

import argparse


def seeds_of(text: str) -> list[int]:
    """Return the seeds that a text lists; a `type` for argparse.

    >>> seeds_of("1,3,11-13")
    [1, 3, 11, 12, 13]

    Raises:
        argparse.ArgumentTypeError: A part is neither a whole number nor two of them with a hyphen between.
    """
    seeds: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        try:
            seeds += range(int(first), int(last or first) + 1)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{part!r} is no seed; write 1,2,3 or 11-16") from None
    return seeds
