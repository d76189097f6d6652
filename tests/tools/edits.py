"""Applies the edits that a page of the documentation shows."""

import re
from pathlib import Path

BLOCK = re.compile(r"```(diff|bash)\n(.*?)```", re.DOTALL)
NEW_FILE = " (new)"


def blocks(page: str) -> list[tuple[str, str]]:
    """The blocks of a page in order: the language of each, and its text."""
    return BLOCK.findall(page)


def apply(block: str, folder: Path) -> None:
    """Apply one block: its first line names the file, `@@` separates places, each of which occurs exactly once."""
    title, _, text = block.partition("\n")
    name = title.removeprefix("--- ")
    if name.endswith(NEW_FILE):
        path = folder / name.removesuffix(NEW_FILE)
        assert not path.exists(), name
        path.write_text(side(text, "+"))
        return
    path = folder / name
    source = path.read_text()
    for place in text.split("@@\n"):
        before, after = side(place, " -"), side(place, " +")
        assert source.count(before) == 1, f"{name} has {source.count(before)} of these lines:\n{before}"
        source = source.replace(before, after)
    path.write_text(source)


def side(text: str, marks: str) -> str:
    """The lines with one of these marks, without it."""
    return "".join(f"{line[1:]}\n" for line in text.splitlines() if not line or line[0] in marks)
