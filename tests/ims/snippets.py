"""Runs the code blocks of a page unchanged, and compares their output with the page."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.live import ROOT

# A block that is run, and the answer that the text shows after it, if it shows one.
RUN = re.compile(r"<!-- run -->\n```bash\n(.*?)```(?:(?:(?!```).)*?```json\n(.*?)```)?", re.DOTALL)
END = "== end of block =="

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="the documentation's requests are made with curl")


def run_blocks(page: str, server: str, environment: dict[str, str], folder: Path) -> int:
    """Run every block of a page in one shell, in order; the number of blocks. Fails at the first difference."""
    blocks = RUN.findall(page)
    script = f"\necho '{END}'\n".join(code for code, _ in blocks)
    output = run(adapted(script, server, folder), environment)
    for (code, promised), printed in zip(blocks, output.split(END), strict=True):
        hold(code, promised, printed)
    return len(blocks)


def adapted(script: str, server: str, folder: Path) -> str:
    """A script of a page with this test's interpreter, server and folder."""
    script = script.replace(".venv/bin/python", sys.executable).replace("var/", f"{folder}/")
    return f"IMS=http://{server}/api/v1\n{script}"


def run(script: str, environment: dict[str, str]) -> str:
    bash = shutil.which("bash")
    assert bash is not None
    command = [bash, "-euo", "pipefail", "-c", script]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    return done.stdout


def hold(code: str, promised: str, printed: str) -> None:
    """The last response equals the printed one, and no earlier one is a refusal."""
    *accepted, last = answers(printed) or [{}]
    assert not [answer for answer in accepted if "error_class" in answer], code
    expected = json.loads(promised) if promised else {}
    assert {name: last.get(name) for name in expected} == expected, (code, last)
    assert promised or "error_class" not in last, (code, last)


def answers(output: str) -> list[dict[str, Any]]:
    """The JSON objects that the requests of a block have printed one after the other."""
    found, decoder = [], json.JSONDecoder()
    while (start := output.find("{")) >= 0:
        answer, end = decoder.raw_decode(output[start:])
        found.append(answer)
        output = output[start + end :]
    return found
