"""Size limits of requests. Every entry point checks them before it reads the query or the body."""

from django.conf import settings
from django.http import HttpRequest

from core.codes import Code
from core.errors import Refusal


def check_bounds(request: HttpRequest) -> None:
    """Refuse a query or a body beyond the limits (400 invalid_filter, 413 body_too_large).

    The length is Content-Length, which bounds every reader. Multipart forms would be spooled to disk.
    """
    longest = settings.IMS_QUERY_MAX_BYTES
    if len(request.META.get("QUERY_STRING", "")) > longest:
        raise Refusal(Code.INVALID_FILTER, f"The query is longer than {longest} bytes.", rule="query_size")
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if _stated_length(request) > limit:
        raise Refusal(Code.BODY_TOO_LARGE, f"The limit is {limit} bytes.", rule="body_size")


def _stated_length(request: HttpRequest) -> int:
    stated = str(request.META.get("CONTENT_LENGTH") or "")
    return int(stated) if stated.isascii() and stated.isdigit() else 0
