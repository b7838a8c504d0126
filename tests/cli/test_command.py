"""What the command says of itself."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from spanmart.cli import command as registry
from spanmart.cli.command import main
from spanmart.warehouse.queries.filters import Filters

DOCS = Path(__file__).parents[2] / "docs"


def _walk(group: click.Group, *path: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in sorted(group.commands.items()):
        yield " ".join((*path, name)), command
        if isinstance(command, click.Group):
            yield from _walk(command, *path, name)


COMMANDS = dict(_walk(main))


def output_of(*arguments: str) -> str:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_version_is_the_distributions() -> None:
    assert re.fullmatch(r"spanmart \d+\.\d+\.\d+\S*\n", output_of("--version"))


@pytest.mark.parametrize("command", registry.COMMANDS)
def test_the_list_of_commands_says_of_each_what_its_own_help_does(command: str) -> None:
    assert main.commands[command].help.startswith(registry.COMMANDS[command])


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_teaches_with_an_example(command: str) -> None:
    assert f"  spanmart {command}" in output_of(*command.split(), "--help")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_every_command_is_documented(command: str) -> None:
    page = (DOCS / "configuration.md").read_text()
    filters = {"--" + name.replace("_", "-") for name in Filters.model_fields}
    options = {
        option
        for parameter in COMMANDS[command].params
        for option in parameter.opts
        if option.startswith("--")
    }
    assert f"spanmart {command}" in page
    assert [option for option in options - filters if f"`{option}" not in page] == []


def test_export_has_an_option_for_every_filter_of_the_api() -> None:
    shown = output_of("export", "--help")
    assert [name for name in Filters.model_fields if "--" + name.replace("_", "-") not in shown] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["export", "--status", "broken"], "--status"),
        (["export", "--start-date", "yesterday"], "--start-date"),
        (["export", "--min-quality-score", "101"], "--min-quality-score"),
        (["export", "--format", "xml"], "--format"),
        (["up", "--web-port", "http"], "--web-port"),
        (["serve"], "No such command 'serve'"),
    ],
)
def test_a_wrong_argument_is_named_and_ends_with_status_2(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert said in result.output
