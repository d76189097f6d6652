"""Security headers of every response: framing, allowed sources, cross-origin access."""

import environ
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

from ims.settings.security import SECURE_REFERRER_POLICY, X_FRAME_OPTIONS

env = environ.Env()

# Defaults for headers that the response does not set. Django's own middleware sets some of these, but not on every
# response.
IMS_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": X_FRAME_OPTIONS,
    "Referrer-Policy": SECURE_REFERRER_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # Responses contain callers' data; static files set their own caching.
    "Cache-Control": "no-store",
}

# A response is data: a browser that displays it must not load, run or frame anything.
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
# Pages load only from this origin. The console's script library evaluates expressions in its templates.
IMS_PAGE_POLICIES = {
    "/console/": {
        **_PAGE,
        "script-src": [SELF, UNSAFE_EVAL],
        "font-src": [SELF],
        "form-action": [SELF],
    },
    "/api/v1/docs/": _PAGE,
}

# Browsers on other origins may read only if the origin is listed. Tokens are sent in a header, so cookies are excluded.
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
