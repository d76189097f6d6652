"""Argus as it is shipped, for its own environment (see benchmarks.argus): only what it requires is set."""

from argus.htmx.settings import *  # noqa: F403

ALLOWED_HOSTS = ["127.0.0.1"]
# Notifications stay off, as is its default.
MEDIA_PLUGINS = ["argus.notificationprofile.media.email.EmailNotification"]
SECRET_KEY = "of a benchmark"  # noqa: S105
