"""A fingerprint names an alert, not one occurrence of it: only with its time, or an event's own id, is it sent again.

Of existing events the first to bear an id of its source keeps it as its own.
"""

from typing import Any, ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

LENGTH = 200


def name_events(apps: Any, schema_editor: Any) -> None:
    events = apps.get_model("incidents", "EventRecord").objects.using(schema_editor.connection.alias)
    known: set[tuple[str, str]] = set()
    for event in events.filter(attributes__has_key="event_id").order_by("pk").iterator(2_000):
        stated = event.attributes["event_id"] if isinstance(event.attributes, dict) else None
        fits = isinstance(stated, str) and 0 < len(stated) <= LENGTH
        if fits and (event.source, stated) not in known:
            known.add((event.source, stated))
            events.filter(pk=event.pk).update(source_event_id=stated)


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("incidents", "0005_facts_of_incidents")]

    operations: ClassVar[list[Operation]] = [
        migrations.RemoveConstraint("eventrecord", "event_known_once"),
        migrations.AddConstraint(
            "eventrecord",
            models.UniqueConstraint(fields=["source", "fingerprint", "detected_at"], name="event_occurred_once"),
        ),
        migrations.AddField(
            "eventrecord", "source_event_id", models.CharField(max_length=LENGTH, null=True, editable=False)
        ),
        migrations.RunPython(name_events, migrations.RunPython.noop),
        migrations.AddConstraint(
            "eventrecord", models.UniqueConstraint(fields=["source", "source_event_id"], name="event_named_once")
        ),
    ]
