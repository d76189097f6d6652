"""The WSGI application. Starting it loads and verifies every route."""

import gc
import os
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection

from core.sql.postgresql.poolers import adapt_to_pooler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ims.settings")
# Read by the database settings: requests have shorter timeouts than commands.
os.environ["IMS_SERVING"] = "true"

if connection.vendor == "postgresql":
    adapt_to_pooler(connection.settings_dict, prepares=settings.IMS_DB_POOLER_PREPARES)
serve = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Serve a request. A chunked body has no Content-Length, so it is measured and the length set.

    Django reads no further than Content-Length: without one, a body would silently count as empty.
    """
    chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower() and not environ.get("CONTENT_LENGTH")
    if chunked and environ.get("wsgi.input_terminated"):  # otherwise reading to the end would block forever
        body = environ["wsgi.input"].read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        environ |= {"CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)}
    return serve(environ, start_response)


# Loaded modules are never freed: excluding them from garbage collection saves a tenth of a second in each full
# collection.
gc.collect()
gc.freeze()
