"""The console's appearance. Everything it loads is served from here."""

from typing import Any

LOGIN_REDIRECT_URL = "/console/"

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Incident Management",
    "SITE_HEADER": "Incident Management",
    "SITE_SUBHEADER": "Console",
    "SITE_URL": None,
    "SITE_SYMBOL": "emergency",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "console.site.favicon"}],
    "STYLES": ["console.site.stylesheet", "console.site.list_styles"],
    "SCRIPTS": ["console.site.script"],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "ENVIRONMENT": "console.site.environment",
    "BORDER_RADIUS": "6px",
    "LOGIN": {"form": "console.forms.LoginForm"},
    "SIDEBAR": {"show_search": False, "navigation": "console.navigation.sidebar"},
    "COLORS": {
        "primary": {
            "50": "oklch(97.7% .013 236.6)",
            "100": "oklch(95.1% .026 236.8)",
            "200": "oklch(90.1% .058 230.9)",
            "300": "oklch(82.8% .111 230.3)",
            "400": "oklch(74.6% .16 232.7)",
            "500": "oklch(62% .15 237.3)",
            "600": "oklch(52% .14 241.9)",
            "700": "oklch(46% .12 242.7)",
            "800": "oklch(40% .1 240.8)",
            "900": "oklch(34% .08 240.9)",
            "950": "oklch(25% .06 243.1)",
        }
    },
}
