"""The HTTP server that carries the application."""

import json
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
from flask import Flask, Response, request

from spanmart.warehouse.net import PortInUse
from spanmart.web import WebServer
from spanmart.web.app import MAX_BODY_BYTES
from spanmart.web.port.limits import Limits
from support.marts import Marts
from support.running import PATIENCE_S
from support.serving import serving

HEAD = b"GET /page HTTP/1.1\r\nHost: localhost\r\nX-Sl"
BODY = b"POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\npart"
PAGE = b"GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n"
SOON = 0.3  # seconds of a limit that a test waits for
PIECE = b"x" * 2**20
PIECES = 500


class Site:
    """An application with a page that waits, a stream, and an echo; it notes what became of them."""

    def __init__(self) -> None:
        self.waiting, self.go_on = threading.Event(), threading.Event()
        self.made, self.stream_closed = 0, threading.Event()
        self.app = Flask(__name__)
        self.app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
        for rule, answer in {
            "/page": lambda: "page",
            "/healthz": lambda: "well",
            "/long": self._long,
            "/stream": lambda: Response(self._pieces()),
            "/broken": lambda: Response(self._broken()),
            "/body": lambda: f"{len(request.get_data())} bytes",
            "/request/<path:_>": self._request,
        }.items():
            self.app.add_url_rule(rule, rule, answer, methods=["GET", "POST"])

    def _long(self) -> str:
        self.waiting.set()
        self.go_on.wait()
        return "at last"

    def _pieces(self) -> Iterator[bytes]:
        try:
            for _ in range(PIECES):
                self.made += 1
                yield PIECE
        finally:
            self.stream_closed.set()

    def _broken(self) -> Iterator[bytes]:
        yield b"the beginning"
        raise RuntimeError("The stream breaks.")

    def _request(self, _: str) -> dict[str, object]:
        headers = {name: value for name, value in request.headers.items() if name.startswith("X-")}
        named = {"path": request.path, "query": request.args.to_dict(), "address": request.remote_addr}
        return {**named, "headers": headers, "cookies": dict(request.cookies)}


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.go_on.set()


@contextmanager
def on(site: Site, **limits: float) -> Iterator[WebServer]:
    """The server with some of its limits changed."""
    with serving(site.app, Limits(**limits)) as server:
        yield server


def connected(server: WebServer, sent: bytes = b"") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S)
    connection.sendall(sent)
    return connection


def get(server: WebServer, path: str, **kwargs: object) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    connection.request("GET", path, **kwargs)  # type: ignore[arg-type]
    answer = connection.getresponse()
    return answer.status, answer.read()


def until_closed(connection: socket.socket) -> bytes:
    """All that comes until the other end closes."""
    received = b""
    try:
        while piece := connection.recv(65536):
            received += piece
    except ConnectionResetError:
        pass
    return received


def one_answer(connection: socket.socket) -> bytes:
    """As much of an answer of `/page` as one reads to its end."""
    received = b""
    while not received.endswith(b"page"):
        piece = connection.recv(65536)
        assert piece, received
        received += piece
    return received


def test_port_0_takes_a_free_port_and_says_which(server: WebServer) -> None:
    assert server.port > 0
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/healthz") as answer:
        assert answer.status == 200
        assert answer.headers["Server"] == "spanmart"


def test_a_port_in_use_is_named_with_what_to_do(marts: Marts) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortInUse, match=rf"Port {port} .* --web-port"):
            WebServer(marts.app(), "127.0.0.1", port).start()


def test_a_stopped_server_lets_go_of_its_port(marts: Marts) -> None:
    server = WebServer(marts.app(), "127.0.0.1", 0)
    server.start()
    server.stop()
    again = WebServer(marts.app(), "127.0.0.1", server.port)
    again.start()
    again.stop()


@pytest.mark.parametrize("sent", [HEAD, BODY, b"", PAGE], ids=["headers", "bodies", "nothing", "idle"])
def test_whoever_is_slow_or_idle_keeps_nobody_from_an_answer(site: Site, sent: bytes) -> None:
    with on(site) as server, ExitStack() as slow:
        for _ in range(2 * Limits().threads):
            connection = slow.enter_context(connected(server, sent))
            if sent == PAGE:
                one_answer(connection)
        assert get(server, "/page") == (200, b"page")
        assert get(server, "/healthz") == (200, b"well")


@pytest.mark.parametrize("sent", [HEAD, BODY], ids=["headers", "body"])
def test_a_request_that_comes_byte_by_byte_is_ended_as_a_whole(site: Site, sent: bytes) -> None:
    with on(site, head_s=SOON, body_s=SOON) as server, connected(server, sent) as slow:
        ended = threading.Event()

        def trickle() -> None:
            while not ended.wait(SOON / 10):
                try:
                    slow.sendall(b"x")
                except OSError:
                    return

        thread = threading.Thread(target=trickle)
        thread.start()
        received = until_closed(slow)
        ended.set()
        thread.join()
    assert received.startswith(b"HTTP/1.1 408 ") or not received  # a reset may overtake the answer


@pytest.mark.parametrize("sent", [b"", PAGE], ids=["before", "after"])
def test_a_connection_without_a_request_is_ended_in_time(site: Site, sent: bytes) -> None:
    with on(site, idle_s=SOON, head_s=SOON) as server, connected(server, sent) as idle:
        assert until_closed(idle).endswith(b"page" if sent else b"")


def test_headers_without_end_are_refused(site: Site) -> None:
    with on(site) as server, connected(server, HEAD + b"x" * Limits().head_bytes) as endless:
        assert until_closed(endless).startswith(b"HTTP/1.1 431 ")


def test_over_the_bound_of_an_address_the_oldest_unfinished_request_goes(site: Site) -> None:
    with on(site, unfinished_of_address=3) as server, ExitStack() as slow:
        first, *others = [slow.enter_context(connected(server, HEAD)) for _ in range(4)]
        assert until_closed(first) == b""
        for other in others:
            other.sendall(b"ow: no\r\n\r\n")
            one_answer(other)


@pytest.mark.parametrize("bound", ["connections", "connections_of_address"])
def test_over_the_bound_of_connections_the_longest_idle_one_goes(site: Site, bound: str) -> None:
    with on(site, **{bound: 3}) as server, ExitStack() as open_ones:
        first, second, third = [open_ones.enter_context(connected(server)) for _ in range(3)]
        for each in (second, first, third):
            each.sendall(PAGE)
            one_answer(each)
        with connected(server, PAGE) as newcomer:
            one_answer(newcomer)
            assert until_closed(second) == b""
            for each in (first, third):
                each.sendall(PAGE)
                one_answer(each)


def test_who_is_being_answered_is_never_sent_away_for_a_newcomer(site: Site) -> None:
    with (
        on(site, connections=1) as server,
        connected(server, b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n") as first,
    ):
        site.waiting.wait()
        with connected(server) as newcomer:
            assert until_closed(newcomer) == b""
        site.go_on.set()
        assert first.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_bodies_that_fill_their_room_are_ended_oldest_first(site: Site) -> None:
    with (
        on(site, bodies_bytes=6) as server,
        connected(server, BODY) as first,
        connected(server, BODY) as second,
    ):
        assert until_closed(first) == b""
        assert get(server, "/page") == (200, b"page")
        second.settimeout(SOON)
        with pytest.raises(TimeoutError):
            second.recv(1)


def test_health_is_answered_while_pages_have_all_threads(site: Site) -> None:
    with on(site, threads=1) as server, connected(server, b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n"):
        site.waiting.wait()
        assert get(server, "/healthz") == (200, b"well")
        site.go_on.set()


def test_who_does_not_read_holds_no_thread_and_is_ended(site: Site) -> None:
    with on(site, threads=1, unread_s=2 * SOON) as server:
        with connected(server, b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n") as reader:
            reader.recv(1)
            assert get(server, "/page") == (200, b"page")
            assert site.stream_closed.wait(PATIENCE_S)
        # The kernel takes a few megabytes by itself; nothing is made that nobody takes.
        assert site.made < PIECES / 5


def test_a_stream_comes_whole_to_who_reads(site: Site) -> None:
    with on(site, threads=1) as server:
        status, body = get(server, "/stream")
        assert (status, len(body)) == (200, PIECES * len(PIECE))
        assert site.stream_closed.wait(PATIENCE_S)


def test_a_stream_ends_with_its_reader(site: Site) -> None:
    with on(site) as server:
        with connected(server, b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n") as reader:
            reader.recv(1)
        assert site.stream_closed.wait(PATIENCE_S)
        assert site.made < PIECES


def test_of_more_streams_than_there_may_be_some_wait_for_their_turn(site: Site) -> None:
    stream = b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n"
    with on(site, streams=1, unread_s=2 * SOON) as server, connected(server, stream) as reader:
        reader.recv(1)
        assert get(server, "/page") == (200, b"page")
        assert len(get(server, "/stream")[1]) == PIECES * len(PIECE)


def test_a_stream_that_breaks_is_not_taken_for_whole(site: Site) -> None:
    with on(site) as server, connected(server, b"GET /broken HTTP/1.1\r\nHost: x\r\n\r\n") as reader:
        received = until_closed(reader)
        assert b"the beginning" in received
        assert not received.endswith(b"0\r\n\r\n")


def test_requests_that_come_at_once_are_answered_in_their_order(site: Site) -> None:
    asked = b"".join(b"GET /request/%d HTTP/1.1\r\nHost: x\r\n\r\n" % number for number in range(20))
    with on(site) as server, connected(server, asked + b"GET /page HTTP/1.0\r\n\r\n") as connection:
        received = until_closed(connection)
        places = [received.find(b'"path":"/request/%d"' % number) for number in range(20)]
        assert -1 not in places
        assert places == sorted(places)
        assert received.endswith(b"page")


def test_what_the_request_says_reaches_the_application(site: Site) -> None:
    asked = (
        "POST /request/caf%C3%A9%20%2F?a=%26b HTTP/1.1\r\nHost: x\r\nX-Twice: 1\r\nX-Twice: 2\r\n"
        "X_Forwarded_For: 10.0.0.1\r\nCookie: a=1\r\nCookie: b=2\r\n"
        "Connection: close\r\nContent-Length: 0\r\n\r\n"
    )
    with on(site) as server, connected(server, asked.encode()) as connection:
        _, _, body = until_closed(connection).partition(b"\r\n\r\n")
    assert json.loads(body) == {
        "path": "/request/café /",
        "query": {"a": "&b"},
        "address": "127.0.0.1",
        "headers": {"X-Twice": "1,2"},
        "cookies": {"a": "1", "b": "2"},
    }


@pytest.mark.parametrize("size", [0, 1, MAX_BODY_BYTES])
@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_comes_whole_whether_its_length_is_known_or_not(
    site: Site, size: int, is_chunked: bool
) -> None:
    with on(site) as server:
        assert posted(server, size, is_chunked) == (200, f"{size} bytes".encode())


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_that_is_too_large_is_refused_and_the_connection_goes_on(site: Site, is_chunked: bool) -> None:
    with on(site) as server:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
        assert posted(server, 2 * MAX_BODY_BYTES, is_chunked, connection)[0] == 413
        assert posted(server, 3, is_chunked, connection) == (200, b"3 bytes")


def posted(
    server: WebServer, size: int, is_chunked: bool, connection: HTTPConnection | None = None
) -> tuple[int, bytes]:
    connection = connection or HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    body = b"x" * size
    pieces = (body[start : start + 65536] for start in range(0, size, 65536))
    connection.request("POST", "/body", pieces if is_chunked else body, encode_chunked=is_chunked)
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_a_head_is_answered_without_a_body(site: Site) -> None:
    with on(site) as server:
        for path, length in (("/page", "4"), ("/stream", None)):
            connection = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
            connection.request("HEAD", path)
            answer = connection.getresponse()
            assert (answer.status, answer.headers["Content-Length"], answer.read()) == (200, length, b"")


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET http://elsewhere HTTP/1.1\r\n\r\n",
        b"CONNECT example.com:80 HTTP/1.1\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\n\r\n",
        b"POST /body HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /body HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused(site: Site, sent: bytes) -> None:
    with on(site) as server, connected(server, sent) as connection:
        assert until_closed(connection).startswith(b"HTTP/1.1 400 ")


def test_a_server_that_stops_answers_what_it_has_begun_and_waits_for_nothing_else(site: Site) -> None:
    with ExitStack() as slow:
        server = WebServer(site.app, "127.0.0.1", 0)
        server.start()
        asked = slow.enter_context(connected(server, b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n"))
        unfinished = [slow.enter_context(connected(server, sent)) for sent in (HEAD, BODY, b"")]
        site.waiting.wait()
        stopping = threading.Thread(target=server.stop, args=(PATIENCE_S,))
        stopping.start()
        assert [until_closed(each) for each in unfinished] == [b""] * 3
        site.go_on.set()
        assert until_closed(asked).endswith(b"at last")
        stopping.join()


def test_a_page_that_takes_long_keeps_no_server_and_no_process_alive(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import sys, threading\n"
        "from flask import Flask\n"
        "from spanmart.web import WebServer\n"
        "app = Flask('long')\n"
        "@app.get('/long')\n"
        "def wait():\n"
        "    print('waiting', flush=True)\n"
        "    threading.Event().wait()\n"
        "server = WebServer(app, '127.0.0.1', 0)\n"
        "server.start()\n"
        "print(server.port, flush=True)\n"
        "sys.stdin.readline()\n"
        "server.stop(0.2)\n"
    )
    process = subprocess.Popen(
        [sys.executable, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    port = int(process.stdout.readline())
    with socket.create_connection(("127.0.0.1", port)) as asked:
        asked.sendall(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n")
        assert process.stdout.readline() == "waiting\n"
        process.communicate("stop\n", timeout=PATIENCE_S)
    assert process.returncode == 0
