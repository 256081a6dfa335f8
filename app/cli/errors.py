"""Refusals as one line on standard error and exit code 1; never a traceback for bad input."""

import contextlib
import os
import sys
from collections.abc import Iterator

import typer

from domain.problem import Problem

FAILED = 1


@contextlib.contextmanager
def one_line() -> Iterator[None]:
    """Turn what the world refuses (bad files, settings, addresses) into lines that say what, where and how to mend."""
    try:
        yield
    except BrokenPipeError:  # `wugan config | head`: whoever read us has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(FAILED) from None
    except Problem as problem:
        fail(problem.detail)
    except (ValueError, OSError, RuntimeError, ImportError) as error:
        fail(str(error) or repr(error))


def fail(message: str) -> None:
    """Print a refusal and leave with exit code 1."""
    for line in message.splitlines():
        print(f"wugan: {line}", file=sys.stderr)  # noqa: T201 - this is the command line
    raise typer.Exit(FAILED)
