"""What a drill found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """A figure in words, and whether the promise holds."""

    figure: str
    holds: bool


class Skipped(Exception):  # noqa: N818 - no failure
    """This machine cannot carry out the drill; says why."""
