"""`python -m tools screenshots`: pictures of the console's main pages by role, from the demo's world."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tests.console.browsing import CHROMIUM, WHY_SKIPPED, Visit, chromium
from tools.commands.demo import free_address
from tools.demo.cast import PASSWORD

FOLDER = Path(__file__).resolve().parent.parent.parent / "docs" / "screenshots"
# Who is shown, with the pages: name → path. The last incident of the demo is the major one.
SHOWN: dict[str, dict[str, str]] = {
    "ines": {
        "incident-manager-shift": "/console/?queue=at_risk",
        "incident-manager-workbench": "/console/incidents/incident/28/change/",
        "incident-manager-refused": "/console/act/incident.close/28/",
    },
    "eva": {"executive-shift": "/console/", "executive-approval": "/console/approvals/approval/"},
    "tara": {"support-shift": "/console/?queue=all"},
    "ada": {"account-manager-shift": "/console/"},
    "sam": {"administrator-policy": "/console/policy/"},
    "nora": {"client-shift": "/console/"},
    "viktor": {"vendor-shift": "/console/"},
}
VIEWS = (("light", 1440), ("dark", 1440), ("light", 360), ("dark", 360))
START_SECONDS = 60


class Command(BaseCommand):
    help = "Load the demo data, serve it, and write pictures of the console into docs/screenshots."

    def handle(self, *args: Any, **options: Any) -> None:
        if CHROMIUM is None:
            raise CommandError(WHY_SKIPPED)
        FOLDER.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, "IMS_ENVIRONMENT": "development", "DATABASE_URL": f"sqlite:///{folder}/demo"}
            subprocess.run([sys.executable, "-m", "tools", "demo", "--load-only"], env=environment, check=True)
            bind = free_address("")
            served = [sys.executable, "manage.py", "runserver", "--noreload", bind]
            with subprocess.Popen(served, env=environment) as server:  # noqa: S603
                try:
                    _wait_for(f"http://{bind}/healthz")
                    self.stdout.write(f"{_shoot(f'http://{bind}')} pictures in {FOLDER}")
                finally:
                    server.terminate()


def _wait_for(address: str) -> None:
    for _ in range(START_SECONDS):
        try:
            urllib.request.urlopen(address, timeout=1).close()  # noqa: S310 - our own server
        except OSError:
            time.sleep(1)
        else:
            return
    raise CommandError("the server does not answer")


def _shoot(base: str) -> int:
    """Write every picture; returns their number."""
    count = 0
    with chromium() as browser:
        for person, pages in SHOWN.items():
            for scheme, width in VIEWS:
                visit = Visit(browser, base, color_scheme=scheme)
                visit.log_in(f"{person}@ims.example", PASSWORD)
                visit.page.set_viewport_size({"width": width, "height": 900})
                for name, path in pages.items():
                    visit.go(path)
                    visit.page.wait_for_load_state("networkidle")
                    visit.page.screenshot(path=FOLDER / f"{name}-{scheme}-{width}.png")
                    count += 1
                visit.close()
    return count
