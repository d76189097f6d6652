"""The answer of the inbox: one member for each kind of what waits."""

from rest_framework import serializers

from core.schema import describe
from ims.inbox import KINDS, SHOWN, Kind

COUNT = "How many there are."
MORE = "The address of the whole list; null where all of it is shown."


def _of_kind(kind: Kind) -> serializers.Serializer[object]:
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
        "count": serializers.IntegerField(help_text="How much waits in all."),
        **{kind.name: _of_kind(kind) for kind in KINDS},
        "__doc__": "What waits for the caller, by kind.",
    },
)


def describe_inbox_answers() -> None:
    """Tell the description of the inbox."""
    describe("me_inbox", Inbox)
