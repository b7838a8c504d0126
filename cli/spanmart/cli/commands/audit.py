"""`spanmart audit`: who changed what; also while `spanmart up` holds the folder."""

import click
from pydantic import TypeAdapter

from spanmart.cli.control.audit import RemoteAuditLog
from spanmart.cli.control.local_or_remote import open_local_or_remote
from spanmart.cli.settings.click_options import settings_from, settings_options
from spanmart.cli.tables import format_table
from spanmart.warehouse.accounts.audit_log import AuditLog, Entry

HEADING = ("TIME (UTC)", "WHO", "FROM", "WHAT", "WHOM OR WHICH", "DETAILS")

_ENTRIES = TypeAdapter(list[Entry])


@click.command("audit")
@settings_options("data")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many at most."
)
@click.option("--json", "as_json", is_flag=True, help="Print the entries as JSON.")
def command(data: str | None, limit: int, as_json: bool) -> None:
    """Show who changed users, tokens and feedback, and who logged in, the newest first.

    \b
    Examples:
      spanmart audit
      spanmart audit --limit 1000 --json       for a monitor
    """
    with open_local_or_remote(settings_from({"data": data}).data, AuditLog, RemoteAuditLog) as log:
        entries = log.newest(limit)
    if as_json:
        click.echo(_ENTRIES.dump_json(entries, indent=2))
    else:
        click.echo(format_table(HEADING, [_row(entry) for entry in entries]))


def _row(entry: Entry) -> tuple[str, ...]:
    time = f"{entry.happened_at:%Y-%m-%d %H:%M:%S}"
    return (time, entry.actor, entry.address or "-", entry.action, entry.subject, entry.details or "-")
