"""Benchmarks: what spanmart takes, how fast, beside what its users would pick instead. They are no tests."""
