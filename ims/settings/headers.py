"""What every answer tells browsers: where it may be shown, what it may load, who may read it."""

import environ
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

from ims.settings.security import SECURE_REFERRER_POLICY, X_FRAME_OPTIONS

env = environ.Env()

# Set where the answer states nothing else. Django's own middleware sets some of these too, but not on every answer.
IMS_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": X_FRAME_OPTIONS,
    "Referrer-Policy": SECURE_REFERRER_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # Answers hold data of those who asked; static files state their own life.
    "Cache-Control": "no-store",
}

# An answer is data: whoever shows it as a page shows one that loads, runs and frames nothing.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {"default-src": [NONE], "base-uri": [NONE], "form-action": [NONE], "frame-ancestors": [NONE]}
}
_PAGE = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "connect-src": [SELF],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [NONE],
}
# Pages load from here alone. The console's script library evaluates the expressions in its templates.
IMS_PAGE_POLICIES = {
    "/console/": {
        **_PAGE,
        "script-src": [SELF, UNSAFE_EVAL],
        "font-src": [SELF],
        "form-action": [SELF],
    },
    "/api/v1/docs/": _PAGE,
}

# Browsers of other origins read nothing unless these are named. Tokens come in a header, so cookies stay out of it.
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = (
    "accept",
    "approval-id",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "x-request-id",
)
CORS_EXPOSE_HEADERS = ("ETag", "Idempotency-Replayed", "Location", "Retry-After", "X-Request-ID")
CORS_ALLOW_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
WHITENOISE_ALLOW_ALL_ORIGINS = False
