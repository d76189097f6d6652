"""Login, lockout, cookies and headers."""

from datetime import timedelta

import environ

env = environ.Env()
PRODUCTION = env.str("IMS_ENVIRONMENT", "production") == "production"

AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "users.authentication.EmailBackend"]
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # e-mail addresses are unique by their folded form (`email_key`), which the check does not detect
    "security.W021",  # HSTS preload is off on purpose, see below
]
LOGIN_URL = "/console/login/"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "users.passwords.StrengthValidator"},
]
# New passwords are hashed with argon2id; hashes of older versions remain valid until their owner sets a new one.
PASSWORD_HASHERS = ["users.hashing.Argon2idHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]

# Lock the pair of account and address, so that others cannot lock an account remotely.
AXES_FAILURE_LIMIT = env.int("IMS_LOGIN_FAILURES", 5)
# Failures of one account from all addresses, after which only addresses known from earlier logins are heard.
IMS_LOGIN_FAILURES_ANYWHERE = env.int("IMS_LOGIN_FAILURES_ANYWHERE", 50)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("IMS_LOCKOUT_MINUTES", 15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "email"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_CLIENT_IP_CALLABLE = "core.http.addresses.client_address"
AXES_LOCKOUT_CALLABLE = "console.errors.locked_out"
AXES_VERBOSE = False

# Whether incident managers, system administrators and executives must have a second factor.
IMS_REQUIRE_MFA = env.bool("IMS_REQUIRE_MFA", PRODUCTION)

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
if PRODUCTION:
    # Browsers take cookies with this prefix only over HTTPS, and only from this host itself.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
# Not in a cookie of their own.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", PRODUCTION)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("IMS_BEHIND_PROXY", False) else None
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 31_536_000 if PRODUCTION else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
# Browsers' preload lists bind a whole domain for years: its owner must opt in.
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", False)
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# The bearer token for /metrics; without one, only local callers are allowed.
IMS_METRICS_TOKEN = env.str("IMS_METRICS_TOKEN", "")
