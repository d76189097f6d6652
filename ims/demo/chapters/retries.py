"""Repeating a request whose answer was lost."""

from ims.demo.story import Story


def retries(story: Story) -> None:
    """A lost answer: the same key and body are carried out once"""
    path = f"/incidents/{story.facts['incident']['id']}/notes/"
    note = {"body": "The gateway's certificate ended at 09:12."}
    key = f"note-{story.facts['incident']['id']}"
    first = story.does("tara", "notes what she found", "POST", path, note, expect=201, Idempotency_Key=key)
    again = story.does("tara", "hears no answer, and repeats it", "POST", path, note, expect=201, Idempotency_Key=key)
    story.require(again == first, "the repeat was answered otherwise than the first request")
    other = {"body": "It was renewed at 09:40."}
    story.refused(
        "tara", "uses the key for another note", "POST", path, other, expect="idempotency_conflict", Idempotency_Key=key
    )
