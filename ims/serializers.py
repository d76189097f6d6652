"""The serializers of discovery and the inbox."""

from rest_framework import serializers

from ims.discovery import ENTITY_TYPES
from resolution.inbox import KINDS, SHOWN, InboxKind

ENTITY_TYPE = [(name, name) for name in ENTITY_TYPES]


class DiscoveryAnswer(serializers.Serializer[object]):
    """No match is an empty result; one match contains the complete record; many are a brief list of id, label and
    status.
    """

    entity_type = serializers.ChoiceField(choices=ENTITY_TYPE)
    filters = serializers.DictField(child=serializers.CharField())
    count = serializers.IntegerField()
    match = serializers.ChoiceField(choices=["none", "one", "many"])
    results = serializers.ListField(child=serializers.DictField())


COUNT = "The number of records."
MORE = "The URL of the whole list; null if all of it is shown."


def _of_kind(kind: InboxKind) -> serializers.Serializer[object]:
    name = "".join(word.capitalize() for word in kind.name.split("_"))
    members = {
        "count": serializers.IntegerField(help_text=COUNT),
        "more": serializers.URLField(allow_null=True, help_text=MORE),
        "results": kind.collection.output(many=True),
    }
    made: serializers.Serializer[object] = type(
        f"Waiting{name}", (serializers.Serializer,), {**members, "__doc__": f"{kind.text} The newest {SHOWN}."}
    )(help_text=kind.text)
    return made


Inbox = type(
    "Inbox",
    (serializers.Serializer,),
    {
        "count": serializers.IntegerField(help_text="The total number of records of all kinds."),
        **{kind.name: _of_kind(kind) for kind in KINDS},
        "__doc__": "The caller's pending work, by kind.",
    },
)
