"""The `spanmart` command: puts the parts together."""

from spanmart.cli.command import main

__all__ = ["main"]
