"""The guide's transcript: a scripted client that stands for a model plays it, call by call."""

import json
import re
from pathlib import Path

import pytest

from agents.entry_point import call_tool
from agents.requests import Caller
from agents.toolsets import TOOLSETS
from tests.agents.clients import secret_of
from tests.clients.factories import ClientFactory
from tests.users.factories import UserFactory
from users.choices import IM

GUIDE = (Path(__file__).resolve().parent.parent.parent / "docs" / "agents.md").read_text()
GRANTED = ("event.correlate", "incident.add_note", "vendor.create")


def calls():
    """The calls of the transcript, each with the beginning of its result."""
    (transcript,) = re.findall(r"```transcript\n(.*?)```", GUIDE, re.DOTALL)
    lines = transcript.splitlines()
    return [(call, told.removeprefix("= ")) for call, told in zip(lines[::2], lines[1::2], strict=True)]


def id_in(document, before):
    found = document.get("results") or [document]
    return found[0].get("id", before)


@pytest.mark.django_db
def test_the_transcript_of_the_guide_holds():
    ClientFactory(name="Aurora Payments")
    secret = secret_of(UserFactory(role=IM), *GRANTED)
    last = None
    for call, told in calls():
        name, _, arguments = call.partition(" ")
        result = call_tool(Caller(secret), name, json.loads(arguments.replace("$id", str(last))))
        assert result.text.startswith(told), (call, result.text)
        last = id_in(result.document, last)


def test_the_transcript_is_not_empty():
    assert len(calls()) > 8
    assert f"--operations {','.join(GRANTED)}" in GUIDE


def test_the_guide_names_every_toolset():
    rows = re.findall(r"^\| `(\w+)` \|", GUIDE, re.MULTILINE)
    assert rows == list(TOOLSETS)
