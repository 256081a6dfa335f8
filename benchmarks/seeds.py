"""Seeds of simulated worlds as they are named on a command line."""


def seeds_of(text: str) -> list[int]:
    """Return the seeds that a text lists.

    >>> seeds_of("1,3,11-13")
    [1, 3, 11, 12, 13]
    """
    seeds: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        seeds += range(int(first), int(last or first) + 1)
    return seeds
