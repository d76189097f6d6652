"""The base of every record: author and time, a version, its origin, and a single audited save()."""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, NoReturn, Self

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models.base import ModelState
from django.utils import timezone

from core.context import current
from core.errors import UndeclaredError
from core.fields import FoldedKey
from core.hooks import hooks
from core.querysets import RecordQuerySet
from core.signals import send_saved
from core.sql.inserts import CompiledInsert
from core.text.times import EARLIEST
from core.verbs import Verb

# Rows that rules of today do not bind: imported ones, and those of before a rule, which keep a violation of it.
IMPORTED = models.Q(imported_row__isnull=False)
MARKED = models.Q(imported_violations__isnull=False)


class Record(CompiledInsert):
    """A record of the system: created and changed by a named actor, under an operation, with an audit entry.

    `imported_row` contains the original row of an imported record, and `imported_violations` the current rules it
    breaks; both are null for records created here. Records are never deleted.
    """

    entity_type: ClassVar[str] = ""
    audit_parent: ClassVar[str] = ""
    # The foreign key to the record that is locked instead of it: operations that write both use one lock order.
    locked_by: ClassVar[str] = ""
    # The audit verb when the system creates the record as a side effect of another operation.
    created_verb: ClassVar[Verb] = Verb.CREATE
    redacted: ClassVar[frozenset[str]] = frozenset()
    unlogged: ClassVar[frozenset[str]] = frozenset()
    # Fields that contacts may not read: the audit entries of their own acts omit them, too.
    undisclosed: ClassVar[frozenset[str]] = frozenset()
    public_names: ClassVar[Mapping[str, str]] = {}
    # Times that lie ahead or follow from others; all other times of a record have happened.
    planned: ClassVar[frozenset[str]] = frozenset()
    _loaded: dict[str, Any]

    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, db_index=False
    )
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, db_index=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    imported_row = models.JSONField(null=True, editable=False)
    imported_violations = models.JSONField(null=True, editable=False)

    # Hidden from the type checker, which would otherwise forbid models to define their own manager.
    if not TYPE_CHECKING:
        objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any, **options: Any) -> Self:
        """A record of a row. A whole row becomes its attributes without Django's `__init__`, which takes half of the
        time of reading a record.
        """
        if len(values) == len(cls._meta.concrete_fields):
            record = cls.__new__(cls)
            record._state = ModelState()
            record._state.adding, record._state.db = False, db
            record.__dict__.update(zip(field_names, values, strict=True))
        else:
            record = super().from_db(db, field_names, values, **options)
        record._loaded = _copies(cls, zip(field_names, values, strict=True))
        return record

    def changes(self) -> dict[str, tuple[Any, Any]]:
        """Field name → (old, new) for every concrete field that differs from the loaded value."""
        if self._state.adding:
            return {name: (None, value) for name, value in self._column_values().items() if value is not None}
        now = {name: getattr(self, name) for name in self._loaded}
        return {name: (self._loaded[name], value) for name, value in now.items() if self._loaded[name] != value}

    def changed(self, name: str) -> bool:
        """Whether a column differs from what was loaded."""
        return bool(self.__dict__.get(name) != self._loaded.get(name))

    def change(self, **values: Any) -> Self:
        """Set these attributes and save; returns the record itself."""
        for name, value in values.items():
            setattr(self, name, value)
        self.save()
        return self

    def refresh_from_db(
        self, using: str | None = None, fields: Iterable[str] | None = None, from_queryset: Any = None
    ) -> None:
        """Read again, all fields or some. Deferred fields are loaded through this method, which must not hide
        unsaved changes.
        """
        named = None if fields is None else list(fields)
        super().refresh_from_db(using=using, fields=named, from_queryset=from_queryset)
        values = self._column_values()
        if named is None:
            self._loaded = _copies(type(self), values.items())
            return
        read = [each.attname for each in self._meta.concrete_fields if {each.name, each.attname} & set(named)]
        self._loaded.update(_copies(type(self), ((name, values[name]) for name in read)))

    def _column_values(self) -> dict[str, Any]:
        values = self.__dict__
        return {name: values[name] for name in _columns(type(self)).all if name in values}

    def save(self, *args: Any, using: str | None = None, **kwargs: Any) -> None:
        """Stamp, write and audit the record; an unchanged record is not written.

        Raises UndeclaredError without an operation and an actor, and IntegrityError (with `.record`) from the database.
        """
        created = self._state.adding
        self._fold_keys()
        changes = self.changes()
        if not created and not changes:
            return
        self._stamp(created)
        changed: Iterable[str] | None = None if created else [*changes, "updated_at", "updated_by", "version"]
        # Even if a caller swallows the failure of the entry, nothing is committed.
        with transaction.atomic(using, savepoint=False):
            try:
                super().save(force_insert=created, using=using, update_fields=changed)
            except IntegrityError as error:
                error.record = self  # type: ignore[attr-defined]
                raise
            send_saved(self, created, changes)
        if (written := current().saved) is not None and hooks.follows(self.entity_type):
            written.append((self, changes))
        self._loaded = _copies(type(self), self._column_values().items())

    def _fold_keys(self) -> None:
        for field in _columns(type(self)).folded:
            field.pre_save(self, self._state.adding)

    def _stamp(self, created: bool) -> None:
        act = current()
        if act.operation is None or act.actor is None or act.actor.pk is None:
            raise UndeclaredError(f"{type(self).__name__}.save() outside an operation with an actor")
        parent = self._state.fields_cache.get(self.locked_by)
        now = max(server_time(self, *([parent] if parent is not None else [])), self.updated_at or EARLIEST)
        if created:
            self.created_at = self.created_at or now
            self.created_by_id = self.created_by_id if self.created_by_id is not None else act.actor.pk
            self.updated_at = self.updated_at or now
            self.updated_by_id = self.updated_by_id if self.updated_by_id is not None else act.actor.pk
            return
        self.updated_at, self.updated_by_id, self.version = now, act.actor.pk, self.version + 1

    def times(self) -> Iterator[datetime]:
        """The times at which something has happened, as far as they are loaded; the last change is none of them."""
        for name in _columns(type(self)).times:
            moment = self.__dict__.get(name)
            if moment is not None:
                yield moment

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise UndeclaredError(f"{type(self).__name__} records are never deleted")


def server_time(*records: Record) -> datetime:
    """The server's time, but never before anything that has happened on one of these records.

    Clocks of several servers differ, and a clock can be set back: the order of a record's times is not the caller's
    fault.
    """
    return max([timezone.now(), *(moment for record in records for moment in record.times())])


class Columns(NamedTuple):
    """The columns of a model by what a save does with them: names, and for folded copies the fields."""

    all: tuple[str, ...]
    folded: tuple[FoldedKey, ...]
    times: tuple[str, ...]
    mutable: tuple[str, ...]


@cache
def _columns(model: type[Record]) -> Columns:
    fields = model._meta.concrete_fields
    past = [each for each in fields if isinstance(each, models.DateTimeField) and each.name not in model.planned]
    return Columns(
        all=tuple(each.attname for each in fields),
        folded=tuple(each for each in fields if isinstance(each, FoldedKey)),
        times=tuple(each.attname for each in past if each.name != "updated_at"),
        mutable=tuple(each.attname for each in fields if isinstance(each, models.JSONField)),
    )


def _copies(model: type[Record], values: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Copies of values for a later comparison, so that in-place changes of lists and objects are detected."""
    copies = dict(values)
    for name in _columns(model).mutable:
        if copies.get(name) is not None:
            copies[name] = deepcopy(copies[name])
    return copies


class KeptAnswer(models.Model):
    """The stored response to a write with an Idempotency-Key, for as long as the client may repeat it.

    It is not a business record and has no audit entry; the write itself has one. A row is created and completed in the
    transaction of its write, so no other request sees it without a response.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_unique")]

    def __str__(self) -> str:
        return f"response {self.status} of {self.created_at}"
