"""A fingerprint names an alert, not one occurrence of it: only with its time, or an event's own id, is it sent again.

Of existing events the first to bear an id of its source keeps it as its own. Before this, a fingerprint stood once for
each source: the way back keeps that of the first event and clears the column of the others, whose attributes still tell
it and give it back when this is applied again.
"""

from typing import Any, ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

LENGTH = 200


def events_of(apps: Any, schema_editor: Any) -> Any:
    return apps.get_model("incidents", "EventRecord").objects.using(schema_editor.connection.alias)


def stated_by(event: Any, name: str) -> str | None:
    """A usable mark among an event's attributes."""
    stated = event.attributes.get(name) if isinstance(event.attributes, dict) else None
    return stated if isinstance(stated, str) and 0 < len(stated) <= LENGTH else None


def name_events(apps: Any, schema_editor: Any) -> None:
    events = events_of(apps, schema_editor)
    named: set[tuple[str, str]] = set()
    kept = events.exclude(fingerprint=None).values_list("source", "fingerprint", "detected_at")
    occurred = set(kept.iterator(2_000))
    for event in events.order_by("pk").iterator(2_000):
        values = {}
        number = stated_by(event, "event_id")
        if number and (event.source, number) not in named:
            named.add((event.source, number))
            values["source_event_id"] = number
        mark = stated_by(event, "fingerprint") if event.fingerprint is None else None
        if mark and (event.source, mark, event.detected_at) not in occurred:
            occurred.add((event.source, mark, event.detected_at))
            values["fingerprint"] = mark
        if values:
            events.filter(pk=event.pk).update(**values)


def keep_first_fingerprints(apps: Any, schema_editor: Any) -> None:
    events = events_of(apps, schema_editor)
    seen: set[tuple[str, str]] = set()
    repeated = []
    for pk, *mark in events.exclude(fingerprint=None).order_by("pk").values_list("pk", "source", "fingerprint"):
        if tuple(mark) in seen:
            repeated.append(pk)
        seen.add(tuple(mark))
    for start in range(0, len(repeated), 500):
        events.filter(pk__in=repeated[start : start + 500]).update(fingerprint=None)


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
        migrations.RunPython(name_events, keep_first_fingerprints),
        migrations.AddConstraint(
            "eventrecord", models.UniqueConstraint(fields=["source", "source_event_id"], name="event_named_once")
        ),
    ]
