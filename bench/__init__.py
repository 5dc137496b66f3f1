"""Benchmarks: ratios within one run, never absolute times, so that they mean the same on every machine."""
