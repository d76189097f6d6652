"""The guide's transcript: a scripted client that stands for a model plays it, call by call."""

import json
import re
import shlex
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from agents.entry_point import call_tool
from agents.requests import Caller
from agents.toolsets import TOOLSETS
from tests.oracle.asking import cheaply
from tools.demo.world import load

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


def issued():
    """The token that the guide's command issues."""
    (words,) = re.findall(r"manage\.py issue_token (.*?)\)\n", GUIDE, re.DOTALL)
    told = StringIO()
    call_command("issue_token", *shlex.split(words.replace("\\\n", " ")), stdout=told)
    return told.getvalue().strip()


@pytest.mark.django_db
def test_the_transcript_of_the_guide_holds_on_the_demonstrations_data():
    with cheaply():
        load(datetime.now(UTC))
        secret = issued()
        last = None
        for call, told in calls():
            name, _, arguments = call.partition(" ")
            result = call_tool(Caller(secret), name, json.loads(arguments.replace("$id", str(last))))
            assert result.text.startswith(told), (call, result.text, result.document)
            last = id_in(result.document, last)


def test_the_transcript_is_not_empty():
    assert len(calls()) > 8
    assert GUIDE.count(f"--operations {','.join(GRANTED)}") == 2


def test_the_guide_names_every_toolset():
    rows = re.findall(r"^\| `(\w+)` \|", GUIDE, re.MULTILINE)
    assert rows == list(TOOLSETS)
