"""The composition root: settings, routes, discovery, the legacy import, the console."""
