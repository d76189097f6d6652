"""Benchmarks: ratios measured in one run, plans checked; never part of the test suite."""
