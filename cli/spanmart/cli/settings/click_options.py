"""Options that several commands share, made from what they set, so that none is forgotten."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from spanmart.cli.settings.settings import (
    SETTINGS,
    ConfigError,
    Settings,
    default_of,
    flag_of,
    load,
    variable_of,
)
from spanmart.warehouse.queries.filters import Filters

Command = TypeVar("Command", bound=Callable[..., Any])

COULD_NOT_START = 2


class CannotStart(click.ClickException):
    """Nothing was started or changed; the message says why and what to do. Ends with status 2."""

    exit_code = COULD_NOT_START


def settings_options(*names: str) -> Callable[[Command], Command]:
    """Add the flags of these settings, if they have one; their values come as text, for `settings_from`."""

    def add(command: Command) -> Command:
        for name in reversed(names):
            if not SETTINGS[name].metadata["secret"]:
                command = _option(name)(command)
        return command

    return add


def _option(name: str) -> Callable[[Command], Command]:
    """Make the setting's flag, with a default of None: the file and the variables may still set it."""
    setting = SETTINGS[name]
    about = f"{setting.metadata['about']} [default: {default_of(name)}; {variable_of(name)}]"
    if isinstance(setting.default, bool):
        return click.option(flag_of(name), name, is_flag=True, default=None, help=about)
    multiple = isinstance(setting.default, tuple)
    return click.option(
        flag_of(name), name, metavar=setting.metadata["metavar"], multiple=multiple, help=about
    )


def settings_from(flags: dict[str, object]) -> Settings:
    """Read all settings, these flags first; `CannotStart` for one that does not fit."""
    try:
        return load(flags, os.environ, Path.cwd())
    except ConfigError as error:
        raise CannotStart(str(error)) from error


def filter_options(command: Command) -> Command:
    """Add one option for each filter of the API, under the same name."""
    for name, filtered in reversed(Filters.model_fields.items()):
        command = click.option(flag_of(name), name, metavar="VALUE", help=filtered.description)(command)
    return command
