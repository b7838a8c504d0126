"""`spanmart doctor`: the findings for a person, or as JSON; by way of the process that holds the folder."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spanmart.cli.control.doctor import EXAMINE, EXAMINE_DEEPLY
from spanmart.cli.control.socket import NotRunning, ask
from spanmart.cli.settings.click_options import CannotStart, settings_from, settings_options
from spanmart.warehouse.errors import FolderInUse, WarehouseError
from spanmart.warehouse.maintenance.doctor import (
    Finding,
    Severity,
    examine_files,
    examine_folder,
    fine,
)
from spanmart.warehouse.storage.data_folder import keep_closed

if TYPE_CHECKING:
    from spanmart.cli.settings.settings import Settings

_MARKS = {Severity.FINE: "ok", Severity.WARNING: "warning", Severity.PROBLEM: "PROBLEM"}
_COLOURS = {Severity.FINE: "green", Severity.WARNING: "yellow", Severity.PROBLEM: "red"}


@click.command("doctor")
@settings_options("data")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option("--deep", is_flag=True, help="Read every block, which takes as long as reading the files.")
def command(data: str | None, as_json: bool, deep: bool) -> None:
    """Check the data folder; say what is wrong, what that means, and the command that mends it.

    \b
    Examples:
      spanmart doctor                          also while `spanmart up` runs
      spanmart doctor --deep                   find damage in old rows that nobody has read for long
      spanmart doctor --data ./my-backup       a backup is a folder like any other
      spanmart doctor --json                   for a monitor

    It changes nothing. Exit status 1: something must be mended.
    """
    _doctor(settings_from({"data": data}), as_json, deep)


def _doctor(settings: "Settings", as_json: bool, deep: bool) -> None:
    """Examine and print; ends with status 1 where there is a problem."""
    folder = settings.data.absolute()
    if not folder.is_dir():
        raise CannotStart(f"There is no folder {folder}. Name the data folder with --data.")
    findings = _findings(folder, deep)
    if as_json:
        click.echo(
            json.dumps({"data": str(folder), "findings": [asdict(each) for each in findings]}, indent=2)
        )
    else:
        _show(folder, findings)
    if any(finding.severity is Severity.PROBLEM for finding in findings):
        sys.exit(1)


def _findings(folder: Path, deep: bool) -> Sequence[Finding]:
    with keep_closed(folder) as in_use:
        findings = list(examine_folder(folder))
        if in_use is None:
            return [*findings, *examine_files(folder, deep=deep)]
    return [*findings, *_ask_holder(folder, in_use, deep)]


def _ask_holder(folder: Path, in_use: FolderInUse, deep: bool) -> list[Finding]:
    """What the process that holds the folder finds."""
    holder = f"process {in_use.pid} holds the folder"
    try:
        with ask(folder, EXAMINE_DEEPLY if deep else EXAMINE) as answer:
            found = [
                Finding(**{**each, "severity": Severity(each["severity"])}) for each in answer["findings"]
            ]
    except NotRunning as error:
        means = "It is no `spanmart up`, or one that hangs. The databases can be checked once it has ended."
        return [Finding("holder", Severity.WARNING, f"{holder}. {error}", means, f"ps -fp {in_use.pid}")]
    except WarehouseError as error:
        means = "It cannot read its databases. See its log; a restart opens them anew."
        return [Finding("holder", Severity.PROBLEM, f"{holder}: {error}", means, f"kill {in_use.pid}")]
    return [fine("holder", f"{holder}, and looked into its databases itself"), *found]


def _show(folder: Path, findings: Sequence[Finding]) -> None:
    for finding in findings:
        mark = click.style(f"{_MARKS[finding.severity]:8}", fg=_COLOURS[finding.severity])
        click.echo(f"{mark} {finding.check}: {finding.found}")
        if finding.means:
            click.echo(f"         {finding.means}")
        if finding.mend:
            click.echo(f"         $ {finding.mend}")
    problems = sum(finding.severity is Severity.PROBLEM for finding in findings)
    warnings = sum(finding.severity is Severity.WARNING for finding in findings)
    click.echo(f"{folder}: {problems} problems, {warnings} warnings")
