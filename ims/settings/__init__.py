"""Settings from environment variables, with safe defaults; docs/settings.md lists all variables.

IMS_ENVIRONMENT  production (default) | development | test
SECRET_KEY       required in production
DATABASE_URL     default: a SQLite file under var/
ALLOWED_HOSTS    comma-separated, in addition to the local machine; default: none
"""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from ims.settings.database import database

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent.parent

ENVIRONMENT = env.str("IMS_ENVIRONMENT", "production")
if ENVIRONMENT not in ("production", "development", "test"):
    raise ImproperlyConfigured(f"IMS_ENVIRONMENT is {ENVIRONMENT}; it must be production, development or test")
DEBUG = False
# Whether a pooler in transaction mode keeps prepared statements, as PgBouncer 1.21 with max_prepared_statements does.
IMS_DB_POOLER_PREPARES = env.bool("IMS_DB_POOLER_PREPARES", False)
PRODUCTION = ENVIRONMENT == "production"
# An operation that refuses with an undeclared code has a defect; only tests raise an error for it.
IMS_UNDECLARED_CODES_FAIL = ENVIRONMENT == "test"

SECRET_KEY = env.str("SECRET_KEY", "" if PRODUCTION else "for-development-only-" + "x" * 50)
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is required; for a trial on this machine set IMS_ENVIRONMENT=development")

# Former keys: sessions and signatures created with them remain valid until they expire.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

# The local machine is always allowed: health checks come from it, whatever the public host name is.
ALLOWED_HOSTS = [*env.list("ALLOWED_HOSTS", default=[]), "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "console.apps.ConsoleConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "csp",
    "corsheaders",
    "core",
    "users",
    "audit",
    "approvals",
    "vendors",
    "products",
    "clients",
    "incidents",
    "changes",
    "knowledge",
    "reporting",
    "resolution",
    "agents",
    "console.apps.PagesConfig",
    "ims",
]

MIDDLEWARE = [
    "core.http.middleware.RequestContextMiddleware",
    "ims.observing.middleware.ObservingMiddleware",
    "ims.headers.HeadersMiddleware",
    "ims.headers.ContentPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "console.middleware.ConsoleMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "ims.urls"
WSGI_APPLICATION = "ims.wsgi.application"
APPEND_SLASH = False
CSRF_FAILURE_VIEW = "console.errors.csrf_failure"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "console" / "templates", BASE_DIR / "ims" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": database(env, BASE_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The API speaks English. The console speaks each language that has a catalogue.
LANGUAGE_CODE = "en"
USE_I18N = True
LANGUAGES = [(each.parent.name, each.parent.name) for each in sorted(BASE_DIR.glob("console/locale/*/LC_MESSAGES"))]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# Outside production, static files are served from the apps' directories; in production from the `collectstatic`
# directory.
WHITENOISE_USE_FINDERS = not PRODUCTION
# They may change during development, so they are looked up on request, not listed at startup.
WHITENOISE_AUTOREFRESH = not PRODUCTION
if not PRODUCTION:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)

from ims.settings.api import *  # noqa: E402, F403
from ims.settings.console import *  # noqa: E402, F403
from ims.settings.headers import *  # noqa: E402, F403
from ims.settings.limits import *  # noqa: E402, F403
from ims.settings.logs import *  # noqa: E402, F403
from ims.settings.policy import *  # noqa: E402, F403
from ims.settings.security import *  # noqa: E402, F403

if CORS_ALLOWED_ORIGINS:
    MIDDLEWARE.insert(
        MIDDLEWARE.index("whitenoise.middleware.WhiteNoiseMiddleware"), "corsheaders.middleware.CorsMiddleware"
    )
