"""OTLP as it is read: bodies and messages become rows, each fault an answer."""
