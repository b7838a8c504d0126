"""The `spanmart` command: puts the parts together."""

import sys

# The light half installs the command too, and its users may try it before they have the server's libraries.
NEEDS = (
    "spanmart: the command needs the server's libraries ({missing} is not installed).\n"
    "Try: pip install 'spanmart[server]'\n"
)

__all__ = ["main"]


def main() -> None:
    """Run the command; exit with status 2 where the server's libraries are not installed."""
    try:
        from spanmart.cli.command import main as command  # noqa: PLC0415 - only now is it known whether it can be
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("spanmart"):
            raise
        sys.stderr.write(NEEDS.format(missing=error.name))
        sys.exit(2)
    command()
