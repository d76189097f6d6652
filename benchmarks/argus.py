"""Argus, the incident aggregator of GÉANT and Sikt (PyPI `argus-server`), as a peer: the same field, the same stack.

It is installed from PyPI into an environment below var/, never into the project's, and served as shipped by the same
number of gunicorn's workers on the same PostgreSQL.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.running import doing, kept, run
from tests.live import KEPT_VARIABLES, ROOT, await_answer, free_port, new_database

VERSION, WORKERS = "2.10", 2
HOME = ROOT / "var" / f"argus-{VERSION}"
PYTHON = HOME / "bin" / "python"
REQUIRED = (f"argus-server=={VERSION}.*", "gunicorn")


class NotInstalledError(Exception):
    """PyPI could not be reached, or does not have it."""


class Argus(NamedTuple):
    """A filled database of Argus: the environment of its server, and the data that requests need."""

    environment: dict[str, str]
    told: dict[str, Any]
    folder: Path

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Serve it; yields its address."""
        address = f"127.0.0.1:{free_port()}"
        command = [str(PYTHON), "-m", "gunicorn", "argus.site.wsgi", "--log-level", "error", "--bind", address]
        command += ["--workers", str(WORKERS)]
        with kept(self.folder / "argus.log") as output:
            process = subprocess.Popen(  # noqa: S603 - the benchmarks' own program
                command, cwd=self.folder, env=self.environment, stdout=output, stderr=output
            )
            try:
                await_answer(f"http://{address}/accounts/login/", process)
                yield address
            finally:
                process.terminate()
                process.wait(timeout=30)


def install(environment: dict[str, str]) -> None:
    """Install it once. Raises NotInstalledError."""
    if (HOME / "installed").exists():
        return
    try:
        with doing(f"Installing argus-server {VERSION} from PyPI into {HOME.relative_to(ROOT)}"):
            run([sys.executable, "-m", "venv", str(HOME)], environment)
            run([str(PYTHON), "-m", "pip", "install", "--quiet", *REQUIRED], environment)
    except RuntimeError as error:
        raise NotInstalledError(f"argus-server {VERSION} cannot be installed: this needs PyPI.\n{error}") from error
    (HOME / "installed").touch()


@contextmanager
def argus(incidents: int, folder: Path, environment: dict[str, str]) -> Iterator[Argus]:
    """A new database of Argus with this number of incidents. `environment` reaches PyPI. Raises NotInstalledError."""
    install(environment)
    with new_database(folder) as url:
        variables = {
            **{name: environment[name] for name in KEPT_VARIABLES if name in environment},
            "ARGUS_FRONTEND_URL": "http://127.0.0.1",
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "argus_settings",
            "PYTHONPATH": str(ROOT / "benchmarks" / "peers"),
            "SECRET_KEY": "of a benchmark",
        }
        told = folder / "argus.json"
        with doing(f"Filling a database of Argus with {incidents:,} incidents"):
            run([str(PYTHON), "-m", "django", "migrate", "--verbosity", "0"], variables, folder)
            run([str(PYTHON), "-m", "argus_world", str(told), str(incidents)], variables, folder)
        yield Argus(variables, json.loads(told.read_text()), folder)
