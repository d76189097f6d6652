"""Gunicorn's configuration; every value can be set by an environment variable."""

import logging.config
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import environ
from gunicorn.glogging import Logger

from ims.logs import configuration
from serving.addresses import bound_port

wsgi_app = "ims.wsgi:application"
bind = os.environ.get("IMS_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# A thread is spent on a request when the whole of it has arrived: slow clients hold none.
worker_class = "serving.worker.BufferingWorker"
threads = int(os.environ.get("IMS_THREADS", "4"))
timeout = 60
graceful_timeout = 30
keepalive = 5
# In memory, because heartbeats and metrics of the workers must not wait for a disk.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
worker_tmp_dir = MEMORY
# The proxies that may set X-Forwarded-*, by address. Django trusts the header only with IMS_BEHIND_PROXY. Without a
# proxy no peer may set the scheme, not even a local process.
if not environ.Env().bool("IMS_BEHIND_PROXY", False):
    secure_scheme_headers: dict[str, str] = {}
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
# Above these limits, gunicorn itself responds (414, 431). The application's query limit is lower and returns a problem
# document.
limit_request_line = 8190
limit_request_fields = 64
limit_request_field_size = 8190
# The application logs each request; a second line would be redundant.
accesslog = None
# No control interface other than HTTP, and nothing written to a home directory, which a container does not have.
control_socket_disable = True


class logger_class(Logger):  # noqa: N801 - the name of the setting
    """gunicorn's log lines in the application's format."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)  # type: ignore[no-untyped-call]
        logging.config.dictConfig(configuration(os.environ))


def is_taken(address: Any) -> bool:
    """Whether another program listens on a host and port. Unix sockets, and those inherited at an upgrade, do not
    count.
    """
    return isinstance(address, tuple) and "GUNICORN_FD" not in os.environ and bound_port(*address) is None


def on_starting(server: Any) -> None:
    """Create an empty directory for the workers' metrics; it must be known before the first worker starts."""
    if any(is_taken(address) for address in server.cfg.address):
        print(f"{bind} is in use. Choose another address, for example IMS_BIND=127.0.0.1:8001.", file=sys.stderr)
    server.metrics_folder = tempfile.mkdtemp(prefix="ims-metrics-", dir=MEMORY)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = server.metrics_folder


def post_worker_init(worker: Any) -> None:
    """Warn if the database role of the application could change the audit trail; the first worker suffices.

    Another application than the product, as the benchmarks serve, has no trail.
    """
    from django.apps import apps  # noqa: PLC0415 - the application is loaded in workers only

    if worker.age == 1 and apps.is_installed("audit"):
        from audit.privileges import warn_at_start  # noqa: PLC0415 - as above

        warn_at_start()


def child_exit(server: Any, worker: Any) -> None:
    """Keep the counters of an exited worker, and remove its live gauges."""
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415 - it looks for the folder when loaded

    mark_process_dead(worker.pid, server.metrics_folder)


def on_exit(server: Any) -> None:
    shutil.rmtree(server.metrics_folder, ignore_errors=True)
