"""The TypeScript client against a live server: its own tests, run by node."""

import os
import subprocess
from pathlib import Path

from sdk.tests.conftest import DEMONSTRATED_PASSWORD, INES, Installation

TYPESCRIPT = Path(__file__).resolve().parents[1] / "typescript"


def run(*names: str, **expected: str) -> None:
    files = [f"dist/test/{name}.test.js" for name in names]
    command = ["npm", "test", "--silent", "--", *files]
    done = subprocess.run(  # noqa: S603
        command, cwd=TYPESCRIPT, env={**os.environ, **expected}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_whole_life_through_typed_methods(installation: Installation) -> None:
    run(
        "life",
        IMS_ADDRESS=installation.address,
        IMS_ADMINISTRATOR=" ".join(installation.administrator),
        IMS_EXECUTIVE=" ".join(installation.executive),
    )


def test_reading_and_repeating(demonstration: str) -> None:
    run("reading", "retries", IMS_ADDRESS=demonstration, IMS_EMAIL=INES, IMS_PASSWORD=DEMONSTRATED_PASSWORD)
