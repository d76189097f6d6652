"""docs/openapi.json is current, and breaks the released contract only where a reason is recorded."""

import copy
import json

import pytest
from django.core.management import CommandError, call_command

from tests.ims.described_things import GONE, LIST, OLD, changed
from tools.commands import openapi
from tools.contract.file import current, public_contract, read, text_of

BROKEN = "GET /api/v1/gone/: the operation was removed (operation_removed)"


def test_the_file_is_current_and_nothing_that_was_released_breaks():
    call_command(openapi.Command(), "--check")


def test_the_same_description_is_the_same_text_that_reads_back():
    text = text_of(current())

    assert json.loads(text) == current()
    assert len(text.encode()) < 1_700_000


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Temporary contract files of a small description: the released one has an operation that was removed."""
    monkeypatch.setattr(openapi, "current", lambda: copy.deepcopy(OLD))
    for name in ("DESCRIPTION", "RELEASED", "ACCEPTED"):
        monkeypatch.setattr(openapi, name, tmp_path / f"{name.lower()}.json")
    released = copy.deepcopy(OLD)
    released["paths"]["/api/v1/gone/"] = {"get": {"operationId": "gone_list", "responses": {}}}
    (tmp_path / "released.json").write_text(text_of(public_contract(released)), encoding="utf-8")
    (tmp_path / "description.json").write_text(text_of(OLD), encoding="utf-8")
    return tmp_path


def test_a_stale_file_fails_the_check(files):
    (files / "description.json").write_text("{}", encoding="utf-8")

    with pytest.raises(CommandError, match="out of date"):
        call_command(openapi.Command(), "--check")


def test_the_check_requires_the_released_contract(files):
    (files / "released.json").unlink()

    with pytest.raises(CommandError, match="breaking changes cannot be detected"):
        call_command(openapi.Command(), "--check")


def test_writing_lists_breaking_changes_and_the_check_fails(files, capsys):
    (files / "description.json").unlink()

    call_command(openapi.Command())
    assert f"breaking: {BROKEN}" in capsys.readouterr().out
    assert read(files / "description.json") == OLD
    with pytest.raises(CommandError, match=r"1 breaking changes since released\.json.*--accept"):
        call_command(openapi.Command(), "--check")
    assert f"breaking: {BROKEN}" in capsys.readouterr().out


def test_a_break_that_is_meant_passes_with_its_reason_and_others_still_fail(files):
    (files / "accepted.json").write_text(json.dumps({"no longer there": "Old."}), encoding="utf-8")

    call_command(openapi.Command(), "--accept", "Nobody used it.")
    call_command(openapi.Command(), "--check")
    assert read(files / "accepted.json") == {BROKEN: "Nobody used it."}

    released = read(files / "released.json")
    released["servers"].append({"url": "/old/"})
    (files / "released.json").write_text(json.dumps(released), encoding="utf-8")
    with pytest.raises(CommandError, match="1 breaking changes"):
        call_command(openapi.Command(), "--check")
    call_command(openapi.Command(), "--accept", "Moved.")
    assert sorted(read(files / "accepted.json").values()) == ["Moved.", "Nobody used it."]


def test_a_release_clears_the_accepted_changes(files, capsys):
    call_command(openapi.Command(), "--accept", "Nobody used it.")
    call_command(openapi.Command(), "--release")

    assert f"breaking: {BROKEN}" in capsys.readouterr().out
    call_command(openapi.Command(), "--check")
    assert read(files / "released.json") == public_contract(OLD)
    assert not (files / "accepted.json").exists()


def test_the_released_file_holds_no_words():
    assert len(text_of(public_contract(current()))) < 0.6 * len(text_of(current()))
    part = public_contract(OLD)["components"]["schemas"]["Part"]
    assert part == {"type": "object", "properties": {"description": {"type": "string"}}}


def test_two_files_are_compared(files):
    for name, description in (("old", OLD), ("new", changed(LIST, GONE))):
        (files / f"{name}.json").write_text(text_of(description), encoding="utf-8")

    call_command(openapi.Command(), "--breaking", str(files / "old.json"), str(files / "old.json"))
    with pytest.raises(CommandError, match="1 breaking changes"):
        call_command(openapi.Command(), "--breaking", str(files / "old.json"), str(files / "new.json"))
