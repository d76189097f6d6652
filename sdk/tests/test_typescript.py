"""The TypeScript client against a live server: its own test, run by node."""

import os
import subprocess
from pathlib import Path

from sdk.tests.conftest import Installation

TYPESCRIPT = Path(__file__).resolve().parents[1] / "typescript"


def test_a_whole_life_through_typed_methods(installation: Installation) -> None:
    told = {
        "IMS_ADDRESS": installation.address,
        "IMS_ADMINISTRATOR": installation.administrator,
        "IMS_EXECUTIVE": installation.executive,
    }
    command = ["npm", "test", "--silent"]
    done = subprocess.run(  # noqa: S603
        command, cwd=TYPESCRIPT, env={**os.environ, **told}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
