"""The product's settings with the framework's own ways in place of the house's."""

from ims.settings import *  # noqa: F403
from ims.settings import INSTALLED_APPS as PRODUCT

INSTALLED_APPS = [app for app in PRODUCT if app != "ims"]  # which insists on the routes of the product
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "benchmarks.peers.idiomatic"
REST_FRAMEWORK = {"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]}
