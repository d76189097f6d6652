"""The README is correct: its first steps run unchanged, and its targets, commands and variables exist."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands

from tests.ims.snippets import needs_curl, run_blocks
from tests.live import ROOT, new_installation

README = (ROOT / "README.md").read_text()
SETTINGS = (ROOT / "docs" / "settings.md").read_text()
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
READ_BY_SETTINGS = re.compile(r"(?:env\.\w+|environ\.get)\(\s*\"(\w+)\"")
CONFIGURED = [
    *(ROOT / "ims" / "settings").glob("*.py"),
    *(ROOT / "serving").glob("*.py"),
    ROOT / "gunicorn.conf.py",
    ROOT / "ims" / "logs.py",
]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A stranger's installation: the database is empty."""
    return new_installation(tmp_path)


@needs_curl
def test_the_first_steps_lead_where_the_text_says(server: str, environment: dict[str, str], tmp_path: Path) -> None:
    assert run_blocks(README, server, environment, tmp_path) >= 5


def test_every_variable_is_explained_and_every_explained_one_exists(settings: Any) -> None:
    used = {name for path in CONFIGURED for name in READ_BY_SETTINGS.findall(path.read_text())}
    used |= {f"IMS_QUOTA_{name.replace('.', '_').upper()}" for name in settings.IMS_QUOTAS}
    explained = set(re.findall(r"^\| `([A-Z_]+)` \|", SETTINGS, re.MULTILINE))
    assert explained == used


def test_every_command_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE)) <= targets
    assert set(re.findall(r"manage\.py (\w+)", README)) <= set(get_commands())


def test_every_linked_file_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_app_is_described(settings: Any) -> None:
    packages = {path.parent.name for path in ROOT.glob("*/apps.py")} & set(settings.INSTALLED_APPS)
    assert packages <= set(re.findall(r"`(\w+)`", ARCHITECTURE))
