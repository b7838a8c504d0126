"""The `spanmart` command. A subcommand is a module of `commands`, which is imported when it is asked for."""

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import NoReturn

import click

# Each with what the list of commands says of it: `spanmart --help` imports none.
COMMANDS = {
    "audit": "Show who changed users, tokens and feedback, and who logged in, the newest first.",
    "backup": "Copy what cannot be rebuilt into a new folder, also while `spanmart up` runs.",
    "build": "Build the marts and run all their tests, while no `spanmart up` holds the folder.",
    "compact": "Make landing.duckdb as small as its rows allow.",
    "docs": (
        "Describe the marts in the browser: every table, column, rule and test, and what comes from what."
    ),
    "doctor": "Check the data folder; say what is wrong, what that means, and the command that mends it.",
    "export": "Write interactions with their whole texts to a file, all that pass the filters.",
    "prices": "Show the prices that costs are computed from, and what an update would change.",
    "restore": "Bring a data folder to what a backup holds.",
    "token": "Make, list and revoke the tokens that senders and scripts show.",
    "up": "Run everything: receive spans, build the marts, serve pages and API.",
    "user": "Add, list, change and remove the people who log in to the pages.",
}


class _Subcommands(MutableMapping[str, click.Command]):
    """Imports a command's module when somebody asks for the command."""

    def __getitem__(self, name: str) -> click.Command:
        if name not in COMMANDS:
            raise KeyError(name)
        command: click.Command = import_module(f"spanmart.cli.commands.{name}").command
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)

    def __setitem__(self, name: str, command: click.Command) -> NoReturn:
        raise TypeError("a command is a module of spanmart.cli.commands")

    def __delitem__(self, name: str) -> NoReturn:
        raise TypeError("a command is a module of spanmart.cli.commands")


class _LazyGroup(click.Group):
    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_LazyGroup,
    commands=_Subcommands(),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(package_name="spanmart", message="spanmart %(version)s")
def main() -> None:
    """An analytics warehouse for LLM interactions.

    \b
    See it live, with a demo application and nothing to set up:
      spanmart up --demo
    Run it for your own applications, which send OTLP to port 4318:
      spanmart up --data ./spanmart-data
    Take the data elsewhere:
      spanmart export --format csv --status failure --output failures.csv

    Settings come from flags, then SPANMART_* variables (SPANMART_WEB_PORT=9000), then spanmart.toml in the
    current folder (web_port = 9000), then defaults. Results go to stdout, everything else to stderr.
    Exit status: 0 done; 1 the work failed; 2 it could not start.
    """
