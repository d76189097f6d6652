"""A product under drill: a live server with accounts, and callers that note what they were told."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.drills.clusters import find_binaries
from tests.live import ROOT, await_answer, environment_of, free_port, manage

PEOPLE = ("--sa-email", "sam@example.com", "--ex-email", "eva@example.com")
PATIENCE = 60

_tokens: list[str] = []


@dataclass
class Answer:
    status: int
    document: dict[str, Any]
    seconds: float
    retry_after: str = ""
    etag: str = ""

    @property
    def says_nothing_was_written(self) -> bool:
        return "Nothing was written" in str(self.document.get("next", ""))


@dataclass
class Server:
    """The server's address, its database and a token of an executive."""

    url: str
    address: str
    token: str
    process: "subprocess.Popen[bytes]"
    environment: dict[str, str] = field(repr=False)

    def send(self, path: str, body: Any = None, method: str = "", **headers: str) -> Answer:
        """Send a request; status 0 when there is no answer."""
        data = None if body is None else json.dumps(body).encode()
        known = {"Authorization": f"Token {self.token}", "Content-Type": "application/json", **headers}
        path = path if path.startswith(("/api/", "/healthz", "/readyz")) else f"/api/v1{path}"
        request = urllib.request.Request(
            f"http://{self.address}{path}", data, known, method=method or ("POST" if data else "GET")
        )
        began = time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
                document = json.loads(answer.read() or b"{}")
                took, version = time.monotonic() - began, answer.headers.get("ETag", "")
                return Answer(answer.status, document, took, etag=version)
        except urllib.error.HTTPError as refused:
            document = json.loads(refused.read() or b"{}")
            took, wait = time.monotonic() - began, refused.headers.get("Retry-After", "")
            return Answer(refused.code, document, took, wait)
        except (urllib.error.URLError, OSError, ValueError):
            return Answer(0, {}, time.monotonic() - began)

    def vendor(self, name: str = "", **headers: str) -> Answer:
        """Onboard a vendor; its name identifies the write."""
        name = name or f"Vendor {uuid4().hex}"
        mark = uuid4().hex
        body = {"vendor_name": name, "vendor_type": "cloud_service_provider", "contact_email": f"{mark}@example.com"}
        return self.send("/vendors/", {**body, "contact_phone": f"+4930{int(mark[:7], 16):09}"}, **headers)

    def vendor_names(self) -> set[str]:
        names, path = set[str](), "/vendors/?page_size=100&fields=vendor_name"
        while path:
            page = self.send(path).document
            names |= {each["vendor_name"] for each in page["results"]}
            path = str(page["next"] or "").partition(self.address)[2]
        return names

    def median_of(self, path: str, times: int = 30) -> float:
        """The median time of an answer, in seconds, measured by a process that does nothing else."""
        words = ["-m", "tests.drills.measure", f"http://{self.address}/api/v1{path}", self.token, str(times)]
        done = subprocess.run([sys.executable, *words], cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603
        return float(done.stdout)

    def kill(self) -> None:
        """The master and its workers, without a farewell."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=20)


def prepared(url: str) -> str:
    """Migrate and bootstrap an installation; returns a token of its executive.

    Only the first one of this process: the others are copies of it, which take a tenth of the time.
    """
    binaries = find_binaries()
    assert binaries is not None
    file = Path(_copies().name) / "installation"
    if _tokens:
        _run(str(binaries / "pg_restore"), f"--dbname={url}", str(file))
        return _tokens[0]
    environment = environment_of(url)
    manage(environment, "migrate", "--verbosity", "0")
    manage(environment, "bootstrap", *PEOPLE)
    _tokens.append(manage(environment, "issue_token", "eva@example.com").splitlines()[-1])
    _run(str(binaries / "pg_dump"), "--format=custom", f"--file={file}", url)
    return _tokens[0]


@cache
def _copies() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="ims-drill-copy-")


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True, timeout=300)  # noqa: S603


@contextmanager
def running_server(url: str, token: str, address: str = "", **more: str) -> Iterator[Server]:
    """The product, served with two workers as in production."""
    address = address or f"127.0.0.1:{free_port()}"
    environment = environment_of(url, IMS_BIND=address, IMS_ACCESS_LOG="0", **more)
    # The program: a master started as a module cannot start the next one (SIGUSR2).
    program = str(Path(sys.executable).with_name("gunicorn"))
    command = [program, "--log-level", "critical", "--workers", "2"]
    log = Path(os.devnull).open("wb")  # noqa: SIM115 - open as long as the server
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)  # noqa: S603
    try:
        await_answer(f"http://{address}/healthz", process)
        yield Server(url, address, token, process, environment)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        log.close()
