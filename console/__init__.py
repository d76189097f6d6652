"""The console: all records in a browser, within the caller's read scope, and every operation as a form."""
