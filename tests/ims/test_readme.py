"""The README is true: its first steps are run as they stand, its targets, commands and variables exist."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands

from tests.live import ROOT, new_installation, served

README = (ROOT / "README.md").read_text()
# A block that is run, and the answer that the text shows after it, if it shows one.
RUN = re.compile(r"<!-- run -->\n```bash\n(.*?)```(?:(?:(?!```).)*?```json\n(.*?)```)?", re.DOTALL)
READ_BY_SETTINGS = re.compile(r"(?:env\.\w+|environ\.get)\(\s*\"(\w+)\"")
CONFIGURED = [*(ROOT / "ims" / "settings").glob("*.py"), ROOT / "gunicorn.conf.py"]
END = "== end of block =="


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A new installation: an empty database, and nothing set."""
    return new_installation(tmp_path)


@pytest.fixture
def server(environment: dict[str, str]) -> Iterator[str]:
    with served(environment) as address:
        yield address


def answers(output: str) -> list[dict[str, Any]]:
    """The JSON objects that the requests of a block have printed one after the other."""
    found, decoder = [], json.JSONDecoder()
    while (start := output.find("{")) >= 0:
        answer, end = decoder.raw_decode(output[start:])
        found.append(answer)
        output = output[start + end :]
    return found


@pytest.mark.skipif(shutil.which("curl") is None, reason="the README's requests are made with curl")
def test_the_first_steps_lead_where_the_text_says(server: str, environment: dict[str, str], tmp_path: Path) -> None:
    blocks = RUN.findall(README)
    assert len(blocks) >= 5
    script = f"\necho '{END}'\n".join(code for code, _ in blocks)
    script = script.replace(".venv/bin/python", sys.executable).replace("127.0.0.1:8000", server)
    script = script.replace("var/activation.txt", f"{tmp_path}/activation.txt")
    bash = shutil.which("bash")
    assert bash is not None
    done = subprocess.run(  # noqa: S603
        [bash, "-euo", "pipefail", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for (code, promised), output in zip(blocks, done.stdout.split(END), strict=True):
        *accepted, last = answers(output) or [{}]
        refusals = [answer for answer in accepted if "error_class" in answer]
        assert not refusals, code
        expected = json.loads(promised) if promised else {}
        assert {name: last.get(name) for name in expected} == expected, last
        assert promised or "error_class" not in last, last


def test_every_variable_is_explained_and_every_explained_one_exists() -> None:
    used = {name for path in CONFIGURED for name in READ_BY_SETTINGS.findall(path.read_text())}
    explained = set(re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE))
    assert explained == used


def test_every_command_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE)) <= targets
    assert set(re.findall(r"manage\.py (\w+)", README)) <= set(get_commands())


def test_every_linked_file_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_floor_is_described(settings: Any) -> None:
    packages = {path.parent.name for path in ROOT.glob("*/apps.py")} & set(settings.INSTALLED_APPS)
    assert packages <= set(re.findall(r"`(\w+)`", README))
