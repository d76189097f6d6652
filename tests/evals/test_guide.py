"""The command of the guide scores the reference agent, in separate processes, over both transports."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from evals.language import Bad, Outcome
from evals.scoring import Verdict
from evals.tasks import TASKS

ROOT = Path(__file__).resolve().parent.parent.parent
GUIDE = (ROOT / "docs" / "evals.md").read_text()


@pytest.mark.parametrize("transport", [[], ["--stdio"]])
def test_the_command_of_the_guide_scores_the_reference_agent(transport):
    (command,) = re.findall(r"```bash\npython (-m evals .*)\n```", GUIDE)
    words = [each.replace("python ", f"{sys.executable} ", 1) for each in shlex.split(command)]
    done = subprocess.run(  # noqa: S603 - the guide's own command
        [sys.executable, *words, *transport], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.strip()) == (0, "")
    assert re.search(r"sop07-approved +1 of 1", done.stdout)
    assert "pass^1  1.000" in done.stdout


def test_the_guide_is_complete():
    waiting = sum(task.outcome is not Outcome.DONE for task in TASKS)
    assert f"{len(TASKS)} requests" in GUIDE
    assert f"{waiting} of them must end with a halt or a handoff" in GUIDE
    assert all(f"| {verdict} |" in GUIDE for verdict in Verdict)
    assert all(f"`{bad}`" in GUIDE for bad in Bad)
