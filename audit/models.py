"""Audit entries, checkpoints and the tiles of the tree: append-only in the ORM, and by triggers in the database."""

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from audit.choices import Origin
from core.errors import UndeclaredError
from core.models import Record
from core.querysets import RecordQuerySet
from core.sql.inserts import CompiledInsert
from core.verbs import Verb

# An audit entry is created by its user and never changes, so it has these names for common columns of every record.
ALIASES = {"created_by_id": "user_id", "updated_by_id": "user_id", "updated_at": "created_at"}


class AuditQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> "AuditQuerySet":
        """Everyone reads their own acts; `audit.read` decides who may read all of them."""
        return self.filter(user_id=user.pk)


class AuditEntry(CompiledInsert):
    """One act: the actor, the record, the time, the operation, and the changes.

    Chained entries have `sequence` and `previous_hash` within their record; discovery entries have neither. `source` is
    the caller's address (audit.sources), which only some may read: the entry's hash covers its seal instead.
    """

    entity_type: ClassVar[str] = "audit_entry"

    created_at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    agent = models.CharField(max_length=120, blank=True)
    action = models.CharField(max_length=24, choices=Verb.choices)
    operation = models.CharField(max_length=64)
    origin = models.CharField(max_length=12, choices=Origin.choices)
    reference_type = models.CharField(max_length=32)
    reference_id = models.BigIntegerField(null=True)
    changes = models.JSONField(default=dict)
    meta = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)
    token_id = models.BigIntegerField(null=True)
    source = models.CharField(max_length=120, blank=True)
    source_seal = models.CharField(max_length=64, blank=True)
    legacy_id = models.BigIntegerField(null=True)
    sequence = models.PositiveIntegerField(null=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "audit entries"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["reference_type", "reference_id", "sequence"],
                condition=Q(sequence__isnull=False),
                name="audit_chain_position",
            ),
            models.UniqueConstraint(
                fields=["legacy_id"], condition=Q(legacy_id__isnull=False), name="audit_legacy_id_unique"
            ),
            models.CheckConstraint(condition=Q(action__in=Verb.values), name="audit_action_valid"),
            models.CheckConstraint(
                condition=Q(origin=Origin.DISCOVERY, sequence__isnull=True)
                | (~Q(origin=Origin.DISCOVERY) & Q(sequence__isnull=False, reference_id__isnull=False)),
                name="audit_all_but_discovery_chained",
            ),
        ]
        indexes = [
            models.Index(fields=["reference_type", "reference_id", "id"], name="audit_reference"),
            models.Index(fields=["user", "id"], name="audit_user"),
            models.Index(fields=["created_at"], name="audit_created"),
            # Entries of the cursor feed: a small part of the table, where nearly all entries are discoveries.
            models.Index(fields=["id"], condition=Q(sequence__isnull=False), name="audit_chained"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.reference_type} {self.reference_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only: an existing entry is never changed."""
        if not self._state.adding:
            raise UndeclaredError("audit entries are append-only")
        super().save(force_insert=True)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise UndeclaredError("audit entries are append-only")


class Checkpoint(Record):
    """A seal over the whole trail up to one entry; its document is printed, to be stored elsewhere."""

    entity_type: ClassVar[str] = "audit_checkpoint"

    last_entry_id = models.BigIntegerField()
    root = models.CharField(max_length=64)
    document = models.JSONField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"checkpoint {self.pk} up to entry {self.last_entry_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only: an existing checkpoint is never changed."""
        if not self._state.adding:
            raise UndeclaredError("checkpoints are append-only")
        super().save(*args, **kwargs)


class TrailArchive(Record):
    """A stretch of discovery entries that was exported and dropped (audit.archives); written in the same transaction.

    `sha256` is the digest of the file, `checkpoint_root` the root that its proofs lead to.
    """

    entity_type: ClassVar[str] = "audit_archive"

    first_entry_id = models.BigIntegerField()
    last_entry_id = models.BigIntegerField()
    entries = models.BigIntegerField()
    checkpoint_root = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["first_entry_id"], name="audit_archive_unique"),
            models.CheckConstraint(
                condition=Q(last_entry_id__gte=F("first_entry_id"), entries__gte=0), name="audit_archive_valid"
            ),
        ]

    def __str__(self) -> str:
        return f"archive of entries {self.first_entry_id} to {self.last_entry_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only: an existing archive is never changed."""
        if not self._state.adding:
            raise UndeclaredError("archives are append-only")
        super().save(*args, **kwargs)


class TreeTile(models.Model):
    """A tile of the Merkle tree over the sealed entries (see audit.tree.tiles), written with its checkpoint.

    It is not a business record: the audit entry of the checkpoint covers it.
    """

    level = models.SmallIntegerField()
    position = models.BigIntegerField()
    width = models.SmallIntegerField()
    data = models.BinaryField()
    # The last entry of a bundle, to find the bundle of an entry.
    last_entry_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "position", "width"], name="audit_tile_unique"),
            models.CheckConstraint(condition=Q(width__gte=1, width__lte=256), name="audit_tile_width_valid"),
        ]
        indexes = [
            models.Index(
                fields=["last_entry_id", "width"], condition=Q(last_entry_id__isnull=False), name="audit_tile_of_entry"
            ),
        ]

    def __str__(self) -> str:
        return f"tile {self.level}/{self.position}/{self.width}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only: an existing tile is never changed."""
        if not self._state.adding:
            raise UndeclaredError("tiles are append-only")
        super().save(*args, force_insert=True)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise UndeclaredError("tiles are append-only")
