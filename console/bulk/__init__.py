"""Several incidents at once."""
