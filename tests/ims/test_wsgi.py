"""The WSGI entry point: bodies without a length."""

from io import BytesIO
from typing import Any
from wsgiref.util import setup_testing_defaults

import orjson
import pytest
from django.core.signals import request_started
from django.db import close_old_connections

from ims.wsgi import application
from tests.api import Api
from users.choices import IM

pytestmark = pytest.mark.django_db

PATH = "/api/v1/incidents/classify/"


@pytest.fixture(autouse=True)
def one_connection():
    """A request begins with closing stale connections; the test's own, amid its transaction, must not count as one."""
    request_started.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)


def send_in_chunks(caller: Api, body: bytes) -> tuple[str, dict[str, Any]]:
    """The status line and the answer to a body whose length the server had to find out."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": PATH,
        "CONTENT_TYPE": "application/json",
        "HTTP_AUTHORIZATION": caller.headers["Authorization"],
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
    }
    setup_testing_defaults(environ)
    answered: list[str] = []
    content = b"".join(application(environ, lambda line, headers, *_: answered.append(line)))
    return answered[0], orjson.loads(content)


def test_a_body_in_chunks_is_read(api):
    status, answer = send_in_chunks(api(IM), b'{"affected_clients": 5}')
    assert (status, answer["severity"]) == ("200 OK", "P1")


def test_a_body_in_chunks_is_as_strict_and_as_bounded_as_any(api, settings):
    caller = api(IM)
    status, answer = send_in_chunks(caller, b'{"surprise": 1}')
    assert (status[:3], answer["code"]) == ("400", "unknown_field")
    status, answer = send_in_chunks(caller, b" " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 10))
    assert (status[:3], answer["code"]) == ("413", "body_too_large")
