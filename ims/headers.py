"""The headers of every response, including the server's own refusals and redirects."""

from collections.abc import Callable

from csp.constants import HEADER
from csp.middleware import CSPMiddleware, PolicyParts
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase


class HeadersMiddleware:
    """Sets the default headers that a response does not set itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in settings.IMS_HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class ContentPolicyMiddleware(CSPMiddleware):
    """A separate Content-Security-Policy for HTML pages; the strict default, built once, for all other responses."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        super().__init__(get_response)
        self.strict, self.pages = build_policy(), tuple(settings.IMS_PAGE_POLICIES)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path_info.startswith(self.pages):
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.strict)
        return response

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        for prefix, directives in settings.IMS_PAGE_POLICIES.items():
            if request.path_info.startswith(prefix) and not report_only:
                return PolicyParts(config=directives)
        return super().get_policy_parts(request, response, report_only)
