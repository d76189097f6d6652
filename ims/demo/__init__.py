"""The demonstration: a seeded, plausible world made through operations, and a story played over HTTP."""
