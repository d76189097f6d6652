"""Model fields that several apps share."""

import unicodedata
from typing import Any

from django.db import models


def fold(text: str) -> str:
    """The form in which names and addresses are compared: case, Unicode form and white space do not count."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


class FoldedKey(models.CharField):  # type: ignore[type-arg]
    """The folded copy of another field, kept by the field itself, so that the database can decide uniqueness.

    SQLite folds only ASCII and PostgreSQL by locale; folding here makes both decide alike.
    """

    def __init__(self, source: str = "", **options: Any) -> None:
        self.source = source
        super().__init__(**{"max_length": 600, "editable": False, **options})

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, {**options, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = fold(getattr(model_instance, self.source) or "")
        setattr(model_instance, self.attname, value)
        return value
