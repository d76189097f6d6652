"""Structured logging with structlog: one line for each event, as text or JSON, with its request.

A log line contains the actor and the operation, never the content: no body, query, secret, local variable or e-mail
address. The application's own lines contain none; those in messages of exceptions and libraries are removed.
"""

import logging
import re
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.dev import plain_traceback
from structlog.stdlib import ProcessorFormatter
from structlog.types import EventDict, Processor

from core.context import current

# Sensitive patterns in text, a quick test for each, and the replacement. Each takes linear time: exceptions may quote
# megabytes.
REDACTIONS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("@", re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)+"), "[address]"),
    ("?", re.compile(r"\?[^\s'\"]+"), "?[query]"),
    (" ", re.compile(r"\b(token|bearer|basic) +[\w.~+/=-]{16,}", re.IGNORECASE), r"\1 [secret]"),
)


def add_context(logger: Any, method: str, event: EventDict) -> EventDict:
    """Add the request, the actor and the operation, which link log lines to audit entries."""
    act = current()
    event.update(
        request_id=act.request_id or None,
        actor_id=getattr(act.actor, "pk", None),
        agent=act.agent or None,
        operation=act.operation.name if act.operation else None,
    )
    return event


def clean(logger: Any, method: str, event: EventDict) -> EventDict:
    """Remove empty values and sensitive content from a line."""
    return {name: _cleaned(value) for name, value in event.items() if value is not None}


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        for sign, pattern, instead in REDACTIONS:
            value = pattern.sub(instead, value) if sign in value else value
    return value


# Processors of every line, whatever its source.
FIRST_PROCESSORS: tuple[Processor, ...] = (
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    add_context,
)
# Renderers, by IMS_LOG_FORMAT.
RENDERERS: dict[str, tuple[Processor, ...]] = {
    "json": (structlog.processors.EventRenamer("message"), structlog.processors.JSONRenderer()),
    "text": (structlog.dev.ConsoleRenderer(colors=False, timestamp_key="at", exception_formatter=plain_traceback),),
}

structlog.configure(
    processors=[structlog.stdlib.filter_by_level, *FIRST_PROCESSORS, ProcessorFormatter.wrap_for_formatter],
    wrapper_class=structlog.stdlib.BoundLogger,
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)


class TracebackFilter(logging.Filter):
    """Passes records with a traceback only: the request's own line already records the error response."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.exc_info is not None


def configuration(environ: Mapping[str, str]) -> dict[str, Any]:
    """The logging configuration for the application and gunicorn, from the environment."""
    production = environ.get("IMS_ENVIRONMENT", "production") == "production"
    form = environ.get("IMS_LOG_FORMAT", "json" if production else "text")
    requests = "INFO" if environ.get("IMS_ACCESS_LOG", "1") == "1" else "ERROR"
    processors = [
        ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        clean,
        *RENDERERS[form],
    ]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"defects": {"()": TracebackFilter}},
        "formatters": {
            "line": {"()": ProcessorFormatter, "foreign_pre_chain": FIRST_PROCESSORS, "processors": processors}
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": environ.get("IMS_LOG_LEVEL", "WARNING")},
        "loggers": {
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.request": {"level": "ERROR", "filters": ["defects"]},
            "gunicorn.error": {"handlers": ["console"], "propagate": False},
            "ims.requests": {"level": requests},
        },
    }
