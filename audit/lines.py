"""Files of JSON lines for auditors."""

from collections.abc import Callable, Iterable
from pathlib import Path

from core.formats.files import opened

CHUNK = 2_000


def write_lines(path: Path, lines: Iterable[bytes], progress: Callable[[int], None] = lambda count: None) -> int:
    """Write the lines and return their number, compressed if the name ends in .gz; an incomplete file is removed.

    Raises OSError, and what the lines raise.
    """
    count = 0
    try:
        with opened(path, "wb") as target:
            for count, line in enumerate(lines, 1):
                target.write(line)
                if count % CHUNK == 0:
                    progress(count)
    except LookupError:
        path.unlink()
        raise
    return count
