"""Loaded by Python in the processes that tests start: hides libraries that only development installs.

Django and its libraries load them where they find them, which takes a tenth of the time of a start.
"""

import sys

for name in ("jinja2", "requests"):
    sys.modules[name] = None  # type: ignore[assignment] # importing it then raises ImportError
