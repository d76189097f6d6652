"""The console: all records in a browser, within the caller's read scope; it is read-only."""
