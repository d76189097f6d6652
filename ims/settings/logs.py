"""Logs go to standard error, one line for each event, with the request they belong to."""

import environ

env = environ.Env()

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "ims.logs.RequestId"}},
    "formatters": {
        "text": {"format": "{asctime} {levelname} {name} [{request_id}] {message}", "style": "{"},
        "json": {"()": "ims.logs.JSONFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["request_id"],
            "formatter": env.str("IMS_LOG_FORMAT", "text"),
        }
    },
    "root": {"handlers": ["console"], "level": env.str("IMS_LOG_LEVEL", "WARNING")},
    # Refusals are answers, not faults: only what the server itself could not do is worth a line.
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.request": {"level": "ERROR"},
    },
}
