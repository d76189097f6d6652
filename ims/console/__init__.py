"""The console: every record in a browser, by role, under the same scope as everywhere; it reads and never writes."""
