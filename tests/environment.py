"""Loaded by pytest before Django: the suite always runs in the test environment."""

import os
import sys

os.environ["IMS_ENVIRONMENT"] = "test"
os.environ["IMS_ACCESS_LOG"] = "0"
# Compiling the tests and the product again in every process takes longer than many tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
