"""Loaded by pytest before Django is: the suite runs in the test environment, whatever the shell says."""

import os

os.environ["IMS_ENVIRONMENT"] = "test"
os.environ["IMS_ACCESS_LOG"] = "0"
