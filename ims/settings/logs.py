"""Logs are written to standard error, one line for each event and request, with the request id."""

import os

from ims.logs import configuration

LOGGING = configuration(os.environ)
