"""A benchmark prints only its table; the output of a process is shown only after a failure."""

import os
import sys

import pytest

from benchmarks.load import Load
from benchmarks.running import LAST_LINES, kept, run
from tests.live import served

TOLD = {"token": "t", "numbers": {}, "requests": {"list": {"path": "/"}}}


def program(text):
    return [sys.executable, "-c", text]


def test_a_programs_output_is_returned_and_not_printed(capfd):
    assert (
        run(program("import sys; print('a figure'); print('a warning', file=sys.stderr)"), os.environ) == "a figure\n"
    )
    assert capfd.readouterr() == ("", "")


def test_a_failing_program_reports_its_last_lines():
    with pytest.raises(RuntimeError, match=r"failed with status 3:\n(line\n)+why it failed$") as raised:
        run(program("import sys; print('line\\n' * 100 + 'why it failed', file=sys.stderr); sys.exit(3)"), os.environ)
    assert len(str(raised.value).splitlines()) == 1 + LAST_LINES


def test_a_load_that_cannot_run_reports_the_reason(tmp_path, monkeypatch):
    wrk = tmp_path / "wrk"
    wrk.write_text("#!/bin/sh\necho unable to connect >&2; exit 1\n")
    wrk.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(RuntimeError, match="unable to connect"):
        Load(TOLD, 1).run("127.0.0.1:1", "list")


def test_a_servers_output_is_shown_only_if_the_measurement_fails(tmp_path, capfd):
    log = tmp_path / "the product.log"
    with kept(log) as output:
        output.write(b"a request\n" * 100)
    assert capfd.readouterr() == ("", "")

    with log.open("ab") as output:
        output.write(b"a last request\n")
    with pytest.raises(RuntimeError), kept(log):
        raise RuntimeError
    shown = capfd.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines()[0] == "--- the last lines of the product.log:"
    assert shown.err.splitlines()[-1] == "a last request"
    assert len(shown.err.splitlines()) == 1 + LAST_LINES


def test_a_server_that_does_not_start_reports_the_reason(tmp_path, capfd):
    environment = {**os.environ, "SECRET_KEY": "", "IMS_ENVIRONMENT": "production"}
    with pytest.raises(pytest.fail.Exception), kept(tmp_path / "it.log") as output, served(environment, output=output):
        pass
    assert "SECRET_KEY is required" in capfd.readouterr().err
