"""/metrics: requires the bearer token; without a configured token, only for local callers without a proxy."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from core.codes import Code
from core.errors import Refusal
from core.http.problems import respond
from core.http.throttles import AddressLimit, enforce
from ims.observing.workers import metrics_registry

# Proxy headers: with any of these, the caller is not the connection's peer.
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via")


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All metrics in Prometheus' text format, without database access."""
    try:
        admit(request)
    except Refusal as refusal:
        response = respond(refusal)
        if "WWW-Authenticate" in response:
            response["WWW-Authenticate"] = "Bearer"
        return response
    return HttpResponse(generate_latest(metrics_registry()), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def admit(request: HttpRequest) -> None:
    """Refuse callers that may not read the metrics; failed attempts count towards the address's rate limit."""
    token = settings.IMS_METRICS_TOKEN
    if token and constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}"):
        return
    if not token and not settings.IMS_TRUSTED_PROXIES and is_local(request):
        return
    enforce(request, AddressLimit)
    if token:
        detail = "Send the header Authorization: Bearer <IMS_METRICS_TOKEN>."
        raise Refusal(Code.NOT_AUTHENTICATED, detail, rule="metrics_token", next=detail)
    raise Refusal(Code.NOT_FOUND, "The resource was not found.", rule="metrics_on_this_machine")


def is_local(request: HttpRequest) -> bool:
    """Whether the caller is a local process, and not a proxy on behalf of another."""
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
