"""The product's settings, with the project's own components replaced by the framework's."""

from ims.settings import *  # noqa: F403
from ims.settings import INSTALLED_APPS as APPS
from ims.settings import MIDDLEWARE as CHAIN

INSTALLED_APPS = [app for app in APPS if app != "ims"]  # which insists on the routes of the product
MIDDLEWARE = [each for each in CHAIN if each.startswith("django.")]
ROOT_URLCONF = "benchmarks.peers.idiomatic"
REST_FRAMEWORK = {"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]}
