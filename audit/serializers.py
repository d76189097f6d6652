"""The serializers of audit entries."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from audit.chain_reader import FindingKind
from audit.disclosure import changes_for
from audit.models import ALIASES, AuditEntry
from audit.sources import address_of
from core.operations.entities import find_readable
from core.operations.fields import BoundedJSONField
from core.reading.serializers import Body, Output
from core.verbs import Verb
from users.choices import EX, SA

# The verbs that users may state: the policy's twelve. Only the server writes approvals, rejections and discoveries.
STATED_ACTIONS = [verb for verb in Verb if verb not in (Verb.APPROVE, Verb.REJECT, Verb.ENTITY_DISCOVERY)]


class AuditBody(Body):
    actor_fields = ("user_id",)

    action = serializers.ChoiceField(choices=[(verb.value, verb.value) for verb in STATED_ACTIONS])
    reference_type = serializers.CharField(max_length=32)
    reference_id = serializers.IntegerField(min_value=0, max_value=2**63 - 1)
    meta = BoundedJSONField(limit=2_000, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Resolve the two parts of a reference to the record, if the caller may read it."""
        record = find_readable(attrs.pop("reference_type"), attrs.pop("reference_id"), self.context["actor"])
        if record is None:
            raise serializers.ValidationError(
                {"reference_id": ["No such record exists in your scope."]}, code="invalid_reference"
            )
        return {**attrs, "reference": record}


class ArchiveBody(Body):
    """What an archive contains, as `audit_archive --export` prints it."""

    first_entry_id = serializers.IntegerField(min_value=0, max_value=2**63 - 1)
    last_entry_id = serializers.IntegerField(min_value=0, max_value=2**63 - 1)
    entries = serializers.IntegerField(min_value=0, max_value=2**63 - 1)
    checkpoint_root = serializers.RegexField(r"^[0-9a-f]{64}$")
    sha256 = serializers.RegexField(r"^[0-9a-f]{64}$")


class AuditEntryOutput(Output):
    address = serializers.SerializerMethodField()

    class Meta:
        model = AuditEntry
        joined = ALIASES
        fields = (
            "id",
            "created_at",
            "user_id",
            "agent",
            "action",
            "operation",
            "origin",
            "reference_type",
            "reference_id",
            "changes",
            "meta",
            "request_id",
            "token_id",
            "address",
            "source_seal",
            "legacy_id",
            "sequence",
            "previous_hash",
            "hash",
            *ALIASES,
        )
        requires: dict[str, tuple[str, ...]] = {"changes": ("reference_type",), "address": ("source",)}

    @classmethod
    def visible_fields(cls, viewer: Any) -> Iterable[str] | None:
        """System administrators and executives read where an act came from."""
        fields: Iterable[str] = cls.Meta.fields
        return None if viewer.role in (SA, EX) else [name for name in fields if name != "address"]

    @staticmethod
    def get_address(row: dict[str, Any]) -> str:
        return address_of(row["source"])

    @classmethod
    def completed(cls, rows: Iterable[dict[str, Any]], viewer: Any, names: Iterable[str]) -> Iterable[dict[str, Any]]:
        if viewer.is_internal or "changes" not in names:
            return rows
        return [{**row, "changes": changes_for(viewer, row["reference_type"], row["changes"])} for row in rows]


class FindingAnswer(serializers.Serializer[object]):
    """The first inconsistency."""

    kind = serializers.ChoiceField(
        choices=[(str(each), str(each)) for each in FindingKind], help_text="The kind of inconsistency."
    )
    entry_id = serializers.IntegerField(allow_null=True, help_text="The entry; null if it is missing.")
    reference_type = serializers.CharField(
        allow_null=True, help_text="The type of the record; null if the finding concerns no record."
    )
    reference_id = serializers.IntegerField(allow_null=True)
    sequence = serializers.IntegerField(allow_null=True)
    problem = serializers.CharField()


class VerdictAnswer(serializers.Serializer[object]):
    verified = serializers.BooleanField()
    entries = serializers.IntegerField()
    chains = serializers.IntegerField()
    archived_entries = serializers.IntegerField(
        required=False,
        help_text="Sealed entries that are not here but in archives; only their place in the tree was verified.",
    )
    checkpoint_root = serializers.CharField(
        allow_null=True, required=False, help_text="The root of the checkpoint used for comparison; null without one."
    )
    first_broken = FindingAnswer(allow_null=True)
    continue_after = serializers.CharField(
        allow_null=True,
        required=False,
        help_text="The value of `after` that continues where the time of this request was over; null at the end.",
    )
