"""Log records that name the request they belong to, as text or as JSON lines."""

import logging
from datetime import UTC, datetime

from core.context import current
from core.renderers import dumps


class RequestId(logging.Filter):
    """Adds the id of the current request to every record, so that a log line and an audit entry find each other."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current().request_id or "-"
        return True


class JSONFormatter(logging.Formatter):
    """One JSON object for each record, for collectors. Tracebacks are kept as text; local variables never are."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return dumps(line).decode()
