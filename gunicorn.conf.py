"""How gunicorn serves the application; each value can be set by an environment variable."""

import os
from pathlib import Path

wsgi_app = "ims.wsgi:application"
bind = os.environ.get("IMS_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# With several threads a worker survives slow clients without a proxy in front; 1 means a worker that serves one
# request at a time, a little faster behind a proxy that buffers requests.
threads = int(os.environ.get("IMS_THREADS", "4"))
timeout = 60
graceful_timeout = 30
keepalive = 5
# Heartbeats of the workers must not wait for a disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# Who may state X-Forwarded-*: the proxies in front, by address. Django trusts the header only with IMS_BEHIND_PROXY.
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
accesslog = "-" if os.environ.get("IMS_ACCESS_LOG", "1") == "1" else None
# No second way in beside HTTP, and nothing written to a home directory, which a container does not have.
control_socket_disable = True
