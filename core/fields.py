"""Model fields shared by several apps: keys that the database compares instead of the text."""

import hashlib
from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.models.functions import Length

from core.text.folding import FOLDINGS

# Separates a key from its record's id if another record already has the key. Folded text never contains it.
DISAMBIGUATOR = "\x1f"
# The length reserved for DISAMBIGUATOR and an id.
DISAMBIGUATOR_LENGTH = 24


models.CharField.register_lookup(Length)


def phone_fits(column: str) -> models.Q:
    """A telephone number has no more digits than E.164 permits; rows of before keep a violation."""
    national, with_plus = models.Q(**{f"{column}__length__lte": 15}), models.Q(**{f"{column}__length__lte": 16})
    fits = national | (with_plus & models.Q(**{f"{column}__startswith": "+"}))
    return fits | models.Q(imported_violations__isnull=False)


class FoldedKey(models.CharField):  # type: ignore[type-arg]
    """The unique folded copy of another field, updated on save, so that both databases compare alike.

    If older records that used to differ now fold to the same key, the first keeps it, and the others' keys end in their
    ids while their texts stay equal.

    Arguments: the field it copies, and the folding (see core.text.folding).
    """

    non_db_attrs = (*models.CharField.non_db_attrs, "source", "folding")

    def __init__(self, source: str = "", folding: str = "name", **options: Any) -> None:
        self.source, self.folding = source, folding
        super().__init__(**{"max_length": 600, "editable": False, **options})

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, {**options, "source": self.source, "folding": self.folding}

    @property
    def fold(self) -> Callable[[str], str]:
        return FOLDINGS[self.folding]

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self.key_for(model_instance)
        setattr(model_instance, self.attname, value)
        return value

    def key_for(self, record: Any) -> str:
        """The key of a record."""
        key, before = self.key_of(record, self.fold), getattr(record, self.attname)
        return str(before) if before.startswith(f"{key}{DISAMBIGUATOR}") else key

    def key_of(self, record: Any, fold: Callable[[str], str]) -> str:
        """The key that a record's text has by a folding."""
        return self.spelled(getattr(record, self.source) or "", fold)

    def spelled(self, text: str, fold: Callable[[str], str] | None = None) -> str:
        """The folded text; where it is too long for the column, its beginning and its digest."""
        folded, room = (fold or self.fold)(text), (self.max_length or 0) - DISAMBIGUATOR_LENGTH
        if len(folded) <= room:
            return folded
        digest = hashlib.sha256(folded.encode()).hexdigest()
        return folded[: room - len(digest)] + digest


def key_of(model: Any, column: str) -> FoldedKey | None:
    """The key of a column, where one is stored."""
    keys = (field for field in model._meta.concrete_fields if type(field) is FoldedKey)
    return next((key for key in keys if key.source == column), None)
