"""Runs the processes of a benchmark: progress goes to standard error, the output of a process only after a failure."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Any

from rich.console import Console

LAST_LINES = 20


def doing(what: str) -> AbstractContextManager[Any]:
    """Show progress on a terminal. Standard output stays clean for the table."""
    return Console(stderr=True).status(what)


def run(command: list[str], environment: Mapping[str, str], folder: Path | None = None) -> str:
    """Run a program to its end. Returns its output. Raises RuntimeError with its last lines when it failed."""
    done = subprocess.run(  # noqa: S603 - the benchmarks' own programs
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-LAST_LINES:])
        raise RuntimeError(f"{' '.join(command[:3])} failed with status {done.returncode}:\n{said}")
    return done.stdout


@contextmanager
def kept(path: Path) -> Iterator[IO[bytes]]:
    """A file for the output of a process; its last lines are shown if the block fails."""
    try:
        with path.open("ab") as output:
            yield output
    except BaseException:
        last = path.read_text(errors="replace").splitlines()[-LAST_LINES:]
        print(f"--- the last lines of {path.name}:", *last, sep="\n", file=sys.stderr)
        raise
