"""`spanmart docs`: dbt's page about the marts, served to this machine alone or written to a file."""

import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click

from spanmart.cli.settings.click_options import CannotStart
from spanmart.cli.signals import StopSignals
from spanmart.warehouse.dbt.project_docs import describe_project
from spanmart.warehouse.errors import WarehouseError
from spanmart.warehouse.net import ListenError, check_free

HOST = "127.0.0.1"
# dbt's page brings all it needs; what it would load from elsewhere all the same it shall not.
NOTHING_FROM_ELSEWHERE = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline';"
    " img-src 'self' data:; font-src data:"
)


@click.command("docs")
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
def command(port: int, output: Path | None) -> None:
    """Describe the marts in the browser: every table, column, rule and test, and what comes from what.

    \b
    Examples:
      spanmart docs                            the page's address goes to stdout; Ctrl-C ends
      spanmart docs --output marts.html        one file that needs nothing else, to send to an analyst

    It is dbt's own page about the models of this version. It needs no data folder, and works while
    `spanmart up` runs.
    """
    _docs(port, output)


def _docs(port: int, output: Path | None) -> None:
    """Describe the marts; then write the page, or serve it until SIGTERM or SIGINT."""
    if output:
        _write(output, _describe())
        return
    try:
        check_free(HOST, port, "the docs", "--port")
    except ListenError as error:
        raise CannotStart(str(error)) from error
    signals = StopSignals()
    server = ThreadingHTTPServer((HOST, port), _handler(_describe()))
    threading.Thread(target=server.serve_forever, name="docs", daemon=True).start()
    click.echo(f"http://{HOST}:{server.server_port}/")
    click.echo("Open it in a browser; Ctrl-C ends.", err=True)
    signals.wait()
    server.shutdown()


def _describe() -> bytes:
    click.echo("Building an empty warehouse and describing it: about ten seconds.", err=True)
    try:
        return describe_project(_show)
    except WarehouseError as error:
        raise click.ClickException(str(error)) from error
    finally:
        _show("")


def _show(node: str) -> None:
    """Say on stderr what is being read, where somebody is looking."""
    if sys.stderr.isatty():
        click.echo(f"\r\033[K{node[:100]}", nl=False, err=True)


def _write(output: Path, page: bytes) -> None:
    try:
        output.write_bytes(page)
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}.") from error
    click.echo(f"Written to {output}, which any browser opens.", err=True)


def _handler(page: bytes) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.partition("?")[0] != "/":
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.send_header("Content-Security-Policy", NOTHING_FROM_ELSEWHERE)
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            """One page, one reader: nothing to log."""

    return Handler
