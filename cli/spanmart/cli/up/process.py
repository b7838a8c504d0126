"""`spanmart up`: receivers, writer, refresh, web and demo in one process, on one folder."""

import json
import logging
import os
import resource
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, TextIO

from spanmart.cli.settings.click_options import CannotStart
from spanmart.cli.signals import StopSignals
from spanmart.cli.up.control_server import make_control_server
from spanmart.cli.up.demo import Demo
from spanmart.cli.up.receivers import Receivers
from spanmart.cli.up.web import Pages
from spanmart.warehouse import Refresher, Tokens, Users, Warehouse
from spanmart.warehouse.errors import WarehouseError
from spanmart.warehouse.maintenance.retention import Retention, RetentionPolicy
from spanmart.warehouse.net import ListenError
from spanmart.warehouse.prices.price_lists import PriceLists
from spanmart.web import WebServer, create_app

if TYPE_CHECKING:
    from spanmart.cli.settings.settings import Settings

DRAIN_S = 10.0
_LISTENER_S = 2.0
_DEMO_S = 3.0

log = logging.getLogger("spanmart")


def run(settings: "Settings", demo: bool) -> None:
    """Run until SIGTERM or SIGINT, then drain. `CannotStart` if something stands in the way."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    _allow_many_connections()
    signals = StopSignals()
    with _own_stdout() as stdout, ExitStack() as parts:
        try:
            ready = _start(settings, demo, parts)
        except (WarehouseError, ListenError) as error:
            raise CannotStart(str(error)) from error
        print(json.dumps(ready), file=stdout, flush=True)
        log.info("stopping on %s; a second signal stops at once", signals.wait())
        _stop_at_deadline()
    log.info("stopped")


def _allow_many_connections() -> None:
    """Each sender that keeps its connection holds a descriptor; the soft limit is often 1,024."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _start(settings: "Settings", demo: bool, parts: ExitStack) -> dict[str, object]:
    """Start every part, each to be stopped by `parts` in reverse order; return the ready line."""
    pages, receivers = Pages.settle(settings), Receivers.settle(settings, demo)
    warehouse = Warehouse.open(settings.data)
    parts.callback(warehouse.close)
    prices = PriceLists(warehouse, settings.prices_file)
    refresher = Refresher(warehouse, settings.refresh_seconds, prices=prices)
    parts.callback(refresher.stop)
    tokens = Tokens(warehouse)
    parts.callback(tokens.close)
    users = Users(warehouse)
    control = make_control_server(warehouse, refresher, tokens, users)
    control.start()
    parts.callback(control.stop)
    pages.check_login(tokens, users)
    otlp_http, otlp_grpc = receivers.make(warehouse.landing, tokens)
    for listener in (otlp_http, otlp_grpc):
        listener.start()
        parts.callback(listener.stop, _LISTENER_S)
    otlp_url = receivers.url(otlp_http.port)
    web = WebServer(
        create_app(warehouse, refresher, pages.site(otlp_url), tokens=tokens, users=users),
        settings.host,
        settings.web_port,
    )
    web.start()
    parts.callback(web.stop, _LISTENER_S)
    refresher.start()
    retention = Retention(warehouse, RetentionPolicy(settings.retention_days, settings.text_retention_days))
    retention.start()
    parts.callback(retention.stop)
    receivers.log_addresses(otlp_http.port, otlp_grpc.port)
    log.info("data in %s", warehouse.folder)
    pages.log_addresses(web.port)
    if demo:
        training_builder = Demo(otlp_url)
        training_builder.start()
        parts.callback(training_builder.stop, _DEMO_S)
    return {
        "ready": True,
        "web_port": web.port,
        "otlp_http_port": otlp_http.port,
        "otlp_grpc_port": otlp_grpc.port,
        "data": str(warehouse.folder),
        "pid": os.getpid(),
    }


@contextmanager
def _own_stdout() -> Iterator[TextIO]:
    """Keep stdout for the ready line: whatever else prints, dbt among it, goes to stderr from here on."""
    sys.stdout.flush()
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as stdout:
        os.dup2(2, 1)
        yield stdout


def _stop_at_deadline() -> None:
    """End the process when the time to drain is over: what is acknowledged is on disk, marts are rebuilt."""

    def end() -> None:
        time.sleep(DRAIN_S - 0.5)
        log.warning("a part did not stop in %.0f s: ending without it; nothing acknowledged is lost", DRAIN_S)
        logging.shutdown()
        os._exit(0)

    threading.Thread(target=end, name="deadline", daemon=True).start()
