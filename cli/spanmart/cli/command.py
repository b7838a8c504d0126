"""The `spanmart` command and its subcommands. A subcommand's work is imported when it runs."""

from pathlib import Path
from typing import IO

import click

from spanmart.cli.config import SETTINGS
from spanmart.cli.options import filter_options, settings_from, settings_options
from spanmart.cli.prices import prices
from spanmart.cli.token import token
from spanmart.cli.user import user

_FORMATS = ("csv", "json", "parquet")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
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


main.add_command(token)
main.add_command(user)
main.add_command(prices)


@main.command()
@settings_options(*SETTINGS)
@click.option("--demo", is_flag=True, help="Run the demo application Training Builder beside it.")
def up(demo: bool, **flags: object) -> None:
    """Run everything: receive spans, build the marts, serve pages and API.

    \b
    Examples:
      spanmart up                              pages on http://127.0.0.1:8080
      spanmart up --demo --data /tmp/demo      with interactions to look at, in a folder of their own
      spanmart up --web-port 0                 on any free port

    When all listeners accept, one line of JSON on stdout says on which ports. SIGTERM or Ctrl-C stops it in
    order, within 10 seconds; a second one at once. What was acknowledged is on disk either way.
    """
    from spanmart.cli.up import run  # noqa: PLC0415

    run(settings_from(flags), demo)


@main.command()
@settings_options("data", "prices_file")
@click.option("--full-refresh", is_flag=True, help="Build every mart anew from the raw tables.")
def build(full_refresh: bool, **flags: object) -> None:
    """Build the marts and run all their tests, while no `spanmart up` holds the folder.

    \b
    Examples:
      spanmart build                           bring the marts up to date and test them
      spanmart build --full-refresh            make them anew, as a new version does by itself
    """
    from spanmart.cli.build import run  # noqa: PLC0415

    run(settings_from(flags), full_refresh)


@main.command()
@settings_options("data")
@click.option("--format", "format_", type=click.Choice(_FORMATS), default="csv", show_default=True)
@click.option(
    "--output", type=click.File("wb", lazy=True), default="-", metavar="FILE", help="[default: stdout]"
)
@filter_options
def export(data: str | None, format_: str, output: IO[bytes], **filters: str | None) -> None:
    """Write interactions with their whole texts to a file, all that pass the filters.

    \b
    Examples:
      spanmart export > all.csv
      spanmart export --format parquet --output failures.parquet --status failure
      spanmart export --start-date 2026-11-01 --prompt-name outline --prompt-version 3

    The filters are those of the API, which exports as well while `spanmart up` holds the folder:
    GET /api/ai-interactions/export?format=csv
    """
    from spanmart.cli.export import run  # noqa: PLC0415

    run(settings_from({"data": data}), format_, output, filters)


@main.command()
@settings_options("data")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many at most."
)
@click.option("--json", "as_json", is_flag=True, help="Print the entries as JSON.")
def audit(data: str | None, limit: int, as_json: bool) -> None:
    """Show who changed users, tokens and feedback, and who logged in, the newest first.

    \b
    Examples:
      spanmart audit
      spanmart audit --limit 1000 --json       for a monitor
    """
    from spanmart.cli.audit import run  # noqa: PLC0415

    run(data, limit, as_json)


@main.command()
@settings_options("data")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option("--deep", is_flag=True, help="Read every block, which takes as long as reading the files.")
def doctor(data: str | None, as_json: bool, deep: bool) -> None:
    """Check the data folder; say what is wrong, what that means, and the command that mends it.

    \b
    Examples:
      spanmart doctor                          also while `spanmart up` runs
      spanmart doctor --deep                   find damage in old rows that nobody has read for long
      spanmart doctor --data ./my-backup       a backup is a folder like any other
      spanmart doctor --json                   for a monitor

    It changes nothing. Exit status 1: something must be mended.
    """
    from spanmart.cli.doctor import run  # noqa: PLC0415

    run(settings_from({"data": data}), as_json, deep)


@main.command()
@settings_options("data")
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="[default: a dated folder in the current one]",
)
def backup(data: str | None, to: Path | None) -> None:
    """Copy what cannot be rebuilt into a new folder, also while `spanmart up` runs.

    \b
    Examples:
      spanmart backup --to /backups                    makes /backups/spanmart-backup-<time>
      spanmart backup --to /backups/before-upgrade     makes exactly that folder

    All that was acknowledged before it began is in it. Senders do not wait for it. The folder gets its name
    once the copy has been opened, counted and found whole; stdout says which. The marts are not in it:
    `spanmart up` on a restored folder builds them anew.
    """
    from spanmart.cli.backup import run_backup  # noqa: PLC0415

    run_backup(settings_from({"data": data}), to)


@main.command()
@settings_options("data")
@click.option("--force", is_flag=True, help="Set the files aside that are there, and keep them.")
@click.argument("backup", type=click.Path(exists=True, file_okay=False, path_type=Path))
def restore(data: str | None, force: bool, backup: Path) -> None:
    """Bring a data folder to what a backup holds. No `spanmart up` may hold it.

    \b
    Examples:
      spanmart restore /backups/before-upgrade --data ./spanmart-data
      spanmart restore /backups/before-upgrade --force         over a damaged file, which is kept
    """
    from spanmart.cli.backup import run_restore  # noqa: PLC0415

    run_restore(backup, settings_from({"data": data}), force)


@main.command()
@settings_options("data")
def compact(data: str | None) -> None:
    """Make landing.duckdb as small as its rows allow. No `spanmart up` may hold the folder.

    \b
    Example:
      spanmart compact --data ./spanmart-data          after --retention-days has taken much

    It needs room for the rows that are left beside the old file, which is replaced once the new one is whole.
    """
    from spanmart.cli.compact import run  # noqa: PLC0415

    run(settings_from({"data": data}))


@main.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8090,
    show_default=True,
    help="Port of this machine to serve the page on; 0 takes any free one.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the page to this file and serve nothing.",
)
def docs(port: int, output: Path | None) -> None:
    """Describe the marts in the browser: every table, column, rule and test, and what comes from what.

    \b
    Examples:
      spanmart docs                            the page's address goes to stdout; Ctrl-C ends
      spanmart docs --output marts.html        one file that needs nothing else, to send to an analyst

    It is dbt's own page about the models of this version. It needs no data folder, and works while
    `spanmart up` runs.
    """
    from spanmart.cli.docs import run  # noqa: PLC0415

    run(port, output)
