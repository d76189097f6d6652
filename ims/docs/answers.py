"""Answers that are no records, described for the OpenAPI document."""

from rest_framework import serializers

from audit.walk import Kind
from core.codes import Code
from core.inputs import BIGGEST_ID
from core.schema import describe, describe_more, extended
from core.schema.parameters import ANY_TEXT, query
from core.schema.refusals import HandoffOffer, ProblemItem
from ims.discovery import ENTITY_TYPES
from users.choices import Role
from users.serializers import TokenOutput, UserOutput

ENTITY_TYPE = [(name, name) for name in ENTITY_TYPES]
TEXT = {"type": "string"}
ID = {"type": "integer", "minimum": 0, "maximum": BIGGEST_ID}

ActivatableUser = extended(
    UserOutput,
    "ActivatableUser",
    "An account and one of the two shares with which its owner sets a password: shown this once, to no software agent.",
    activation_share=serializers.CharField(allow_null=True),
    activation_expires_at=serializers.DateTimeField(allow_null=True),
    activation_next=serializers.CharField(),
)
CreatedToken = extended(
    TokenOutput, "CreatedToken", "A token with its secret, shown this once.", token=serializers.CharField()
)


class LoginAnswer(serializers.Serializer[object]):
    """A bearer token: shown this once."""

    id = serializers.IntegerField()
    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


class LogoutAnswer(serializers.Serializer[object]):
    logged_out = serializers.BooleanField()


class ActivationAnswer(serializers.Serializer[object]):
    activated = serializers.BooleanField()
    email = serializers.EmailField()


class DutyAnswer(serializers.Serializer[object]):
    rule = serializers.CharField()
    text = serializers.CharField()
    code = serializers.ChoiceField(choices=[(str(code), str(code)) for code in Code])


class ElevationAnswer(serializers.Serializer[object]):
    when = serializers.CharField()
    condition = serializers.CharField()
    approver_roles = serializers.ListField(child=serializers.ChoiceField(choices=Role.choices))


class PolicyOperationAnswer(serializers.Serializer[object]):
    """One operation's law. `roles` is ["*"] where every active user may."""

    operation = serializers.CharField()
    purpose = serializers.CharField()
    sop = serializers.ListField(child=serializers.IntegerField())
    roles = serializers.ListField(child=serializers.CharField())
    endpoints = serializers.ListField(child=serializers.CharField())
    target = serializers.CharField(allow_null=True)
    audit_action = serializers.CharField()
    elevated = ElevationAnswer(allow_null=True)
    duties = DutyAnswer(many=True)
    in_person = serializers.CharField(
        allow_null=True, help_text="When only the person may ask, and never a software agent; null for never."
    )
    condition = serializers.CharField()
    lifecycle = serializers.CharField()
    codes = serializers.ListField(child=serializers.CharField(), help_text="The codes with which it may be refused.")


class PolicyAnswer(serializers.Serializer[object]):
    operations = PolicyOperationAnswer(many=True)


class CheckAnswer(serializers.Serializer[object]):
    """The decision on a rehearsed request, and what would unblock it."""

    decision = serializers.ChoiceField(choices=["allowed", "approval_required", "denied"])
    code = serializers.ChoiceField(choices=[(str(code), str(code)) for code in Code], allow_null=True)
    operation = serializers.CharField()
    sop = serializers.ListField(child=serializers.IntegerField())
    rule = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
    approver_roles = serializers.ListField(child=serializers.ChoiceField(choices=Role.choices))
    reasons = ProblemItem(many=True)
    next = serializers.CharField()
    transfer_to_human = serializers.BooleanField()
    handoff = HandoffOffer(required=False, help_text="The body for POST /handoffs/, where a person can be asked.")


class FindingAnswer(serializers.Serializer[object]):
    """The first thing that does not hold."""

    kind = serializers.ChoiceField(choices=[(str(each), str(each)) for each in Kind], help_text="What does not hold.")
    entry_id = serializers.IntegerField(allow_null=True, help_text="The entry; null where an entry is missing.")
    reference_type = serializers.CharField(
        allow_null=True, help_text="The type of the record; null where what does not hold is of none."
    )
    reference_id = serializers.IntegerField(allow_null=True)
    sequence = serializers.IntegerField(allow_null=True)
    problem = serializers.CharField()


class VerdictAnswer(serializers.Serializer[object]):
    verified = serializers.BooleanField()
    entries = serializers.IntegerField()
    chains = serializers.IntegerField()
    checkpoint_root = serializers.CharField(
        allow_null=True, required=False, help_text="The root of the checkpoint that was compared; null without one."
    )
    first_broken = FindingAnswer(allow_null=True)


class DiscoveryAnswer(serializers.Serializer[object]):
    """No match is an empty answer; one match carries the whole record; many a brief list of id, label and status."""

    entity_type = serializers.ChoiceField(choices=ENTITY_TYPE)
    filters = serializers.DictField(child=serializers.CharField())
    count = serializers.IntegerField()
    match = serializers.ChoiceField(choices=["none", "one", "many"])
    results = serializers.ListField(child=serializers.DictField())


DISCOVERY = (
    query("entity_type", {**TEXT, "enum": list(ENTITY_TYPES)}, "What to look for.", required=True),
    query("requester_id", ID, "The caller's own id; may be left out."),
    query("search", ANY_TEXT, "Words that must all occur."),
    query(
        "filters",
        {"type": "object", "additionalProperties": TEXT},
        "Filters of the entity type's collection, each as a query parameter of its own.",
        style="form",
        explode=True,
    ),
)
FOLLOWING = (
    query(
        "after", {"type": "string", "pattern": "^[0-9]+$"}, "Follow the trail, oldest first, from this cursor on: 0."
    ),
    query("include_discovery", {"type": "boolean"}, "With `after`: discovery entries, too."),
)
ONE_CHAIN = (
    query("reference_type", {**TEXT, "minLength": 1}, "Only the chain of a record of this type."),
    query("reference_id", ID, "Only the chain of this record."),
)
OTHER_FORMS = ("application/yaml", "application/vnd.oai.openapi", "application/vnd.oai.openapi+json")
FORM = (query("format", {"type": "string", "enum": ["json", "yaml"]}, "The form, whatever the header Accept says."),)


def describe_answers() -> None:
    """Tell the description of every answer that is no record."""
    describe("auth_token_login", LoginAnswer)
    describe("auth_logout", LogoutAnswer)
    describe("auth_activate", ActivationAnswer)
    describe("users_create", ActivatableUser, versioned=True)
    describe("users_issue_activation", ActivatableUser, versioned=True)
    describe("users_countersign", ActivatableUser, versioned=True)
    describe("auth_tokens_create", CreatedToken, versioned=True)
    describe("policy_retrieve", PolicyAnswer)
    describe("approvals_check", CheckAnswer)
    after = serializers.CharField(required=False, help_text="There with `after`: the cursor of the next request.")
    describe_more("audit_entries_list", "TrailPage", query=FOLLOWING, after=after)
    describe("audit_entries_verify", VerdictAnswer, query=ONE_CHAIN)
    describe("discovery_search", DiscoveryAnswer, query=DISCOVERY)
    also = {form: {"type": "object"} for form in OTHER_FORMS}
    describe("schema_retrieve", {"type": "object"}, query=FORM, also=also)
    describe("docs_retrieve", {"type": "string"}, media_types=("text/html",))
