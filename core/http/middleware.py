"""Request context: a request id in and out, and an empty context that entry points fill in."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from core.context import context, new_request_id
from core.http.addresses import client_address

HEADER = "X-Request-ID"
ACCEPTABLE = re.compile(r"[A-Za-z0-9._:-]{1,64}\Z")


class RequestContextMiddleware:
    """Uses the client's X-Request-ID if it is well-formed, generates one otherwise, and returns it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        request_id = given if ACCEPTABLE.match(given) else new_request_id()
        address = client_address(request) or ""
        with context(
            actor=None, agent="", token=None, within=None, operation=None, request_id=request_id, address=address
        ):
            response = self.get_response(request)
        response[HEADER] = request_id
        return response
