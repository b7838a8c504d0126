"""Where spans and events go: providers, processors and exporters, flushed and ended in time."""
