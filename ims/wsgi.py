"""The WSGI application. It loads every route first, so that an undeclared one stops the start."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ims.settings")

application = get_wsgi_application()
_ = get_resolver().url_patterns
