"""Logs go to standard error, one line for each event and request, with the request they belong to."""

import os

from ims.logs import configuration

LOGGING = configuration(os.environ)
