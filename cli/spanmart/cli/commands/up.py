"""`spanmart up`: everything in one process."""

import click

from spanmart.cli.settings.click_options import settings_from, settings_options
from spanmart.cli.settings.settings import SETTINGS


@click.command("up")
@settings_options(*SETTINGS)
@click.option("--demo", is_flag=True, help="Run the demo application Training Builder beside it.")
def command(demo: bool, **flags: object) -> None:
    """Run everything: receive spans, build the marts, serve pages and API.

    \b
    Examples:
      spanmart up                              pages on http://127.0.0.1:8080
      spanmart up --demo --data /tmp/demo      with interactions to look at, in a folder of their own
      spanmart up --web-port 0                 on any free port

    When all listeners accept, one line of JSON on stdout says on which ports. SIGTERM or Ctrl-C stops it in
    order, within 10 seconds; a second one at once. What was acknowledged is on disk either way.
    """
    from spanmart.cli.up.process import run  # noqa: PLC0415 - its help needs no server

    run(settings_from(flags), demo)
