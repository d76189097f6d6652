"""Turns at work that takes a processor: a bounded number at once on this machine.

A turn is a lock on a file, so all processes share them, and the turns of a process that dies are free again.
"""

import fcntl
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

from django.conf import settings


def free_turn(kind: str, most: int) -> IO[bytes] | None:
    """A turn that nothing else has, taken until the file is closed; None if there is none."""
    for number in range(most):
        file = _opened(_folder() / f"{kind}-{number}")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
        else:
            return file
    return None


def _folder() -> Path:
    """One for each account of the operating system and installation."""
    return Path(tempfile.gettempdir()) / f"ims-turns-{os.getuid()}-{settings.IMS_INSTALLATION}"


def _opened(path: Path) -> IO[bytes]:
    """The file, made where it is missing; a link that another account left there is not followed."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
    try:
        return os.fdopen(os.open(path, flags, 0o600), "r+b")
    except FileNotFoundError:
        with suppress(FileExistsError):
            path.parent.mkdir(mode=0o700)
        return os.fdopen(os.open(path, flags, 0o600), "r+b")
