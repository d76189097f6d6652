"""Fuzzing of the served product by schemathesis, from its own description. Run by `make fuzz`; no test of the suite."""
