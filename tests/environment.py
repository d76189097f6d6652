"""Loaded by pytest before Django: the suite always runs in the test environment."""

import os

os.environ["IMS_ENVIRONMENT"] = "test"
os.environ["IMS_ACCESS_LOG"] = "0"
