"""Files that may be compressed."""

import gzip
from pathlib import Path
from typing import IO, cast


def opened(file: Path, mode: str) -> IO[bytes]:
    """The file, compressed if its name ends in .gz. Raises OSError."""
    return cast("IO[bytes]", gzip.open(file, mode) if file.suffix == ".gz" else file.open(mode))
