"""`spanmart doctor`: the findings for a person, or as JSON; by way of the process that holds the folder."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spanmart.cli.control import Command, NobodyAnswers, answering, asked
from spanmart.cli.options import CannotStart
from spanmart.warehouse import Warehouse
from spanmart.warehouse.errors import FolderInUse, WarehouseError
from spanmart.warehouse.maintenance.doctor import (
    HOLDS,
    Finding,
    Severity,
    examine_databases,
    examine_files,
    examine_folder,
    fine,
)
from spanmart.warehouse.storage.data_folder import looking_at

if TYPE_CHECKING:
    from spanmart.cli.config import Settings

EXAMINE, EXAMINE_DEEPLY = "examine", "examine_deeply"
_MARKS = {Severity.FINE: "ok", Severity.WARNING: "warning", Severity.PROBLEM: "PROBLEM"}
_COLOURS = {Severity.FINE: "green", Severity.WARNING: "yellow", Severity.PROBLEM: "red"}


def commands(warehouse: Warehouse) -> dict[str, Command]:
    """What `spanmart up` does for the doctor: look into the databases that no other process can open."""

    def examine(deep: bool) -> dict[str, object]:
        with warehouse.cursor() as cursor:
            found = examine_databases(cursor, warehouse.folder, set(HOLDS), deep=deep)
            return {"findings": [asdict(finding) for finding in found]}

    return {EXAMINE: answering(lambda: examine(False)), EXAMINE_DEEPLY: answering(lambda: examine(True))}


def run(settings: "Settings", as_json: bool, deep: bool) -> None:
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
    with looking_at(folder) as in_use:
        findings = list(examine_folder(folder))
        if in_use is None:
            return [*findings, *examine_files(folder, deep=deep)]
    return [*findings, *_asked(folder, in_use, deep)]


def _asked(folder: Path, in_use: FolderInUse, deep: bool) -> list[Finding]:
    """What the process that holds the folder finds."""
    holder = f"process {in_use.pid} holds the folder"
    try:
        with asked(folder, EXAMINE_DEEPLY if deep else EXAMINE) as answer:
            found = [
                Finding(**{**each, "severity": Severity(each["severity"])}) for each in answer["findings"]
            ]
    except NobodyAnswers as error:
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
