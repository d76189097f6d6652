"""A whole installation as one file: out of one database, into another of either kind."""
