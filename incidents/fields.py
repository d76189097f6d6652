"""The key by which the database detects a duplicate open incident."""

import hashlib
from collections.abc import Callable
from typing import Any

from core.fields import FoldedKey


class OpenKey(FoldedKey):
    """Client, component and category; without a component, client, category and folded title.

    Only the title's digest is included, so that the key always fits the column.
    """

    def __init__(self, source: str = "title", folding: str = "title", **options: Any) -> None:
        super().__init__(source, folding, **{"max_length": 160, **options})

    def key_of(self, record: Any, fold: Callable[[str], str]) -> str:
        if record.component_id is not None:
            return f"{record.client_id}/{record.component_id}/{record.category}"
        title = hashlib.sha256(fold(record.title).encode()).hexdigest()
        return f"{record.client_id}//{record.category}/{title}"
