"""The client tells over HTTP what the service tells in-process, and names what is wrong."""

import inspect
import socket
from collections.abc import Callable
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from spanmart import client as errors
from spanmart import warehouse
from spanmart.client import Interactions
from spanmart.web import Site
from support.callers import Callers
from support.known_calls import CALLS, CUT_OFF, NOON, OUTLINE, TIED, TONELESS, unbuilt_marts
from support.local_server import LocalServer
from support.marts import Marts
from support.serving import serving


@pytest.fixture
def service(marts: Marts) -> warehouse.Interactions:
    return warehouse.Interactions(marts.warehouse)


METHODS = [
    "get_metrics",
    "get_all",
    "get_by_id",
    "get_failures",
    "get_data_quality_issues",
    "export",
    "submit_feedback",
]


@pytest.mark.parametrize("method", METHODS)
def test_it_takes_what_the_service_takes(method: str) -> None:
    def parameters(owner: type) -> list[tuple[str, object]]:
        signature = inspect.signature(getattr(owner, method))
        return [(parameter.name, parameter.default) for parameter in signature.parameters.values()]

    assert parameters(Interactions) == parameters(warehouse.Interactions)


@pytest.mark.parametrize(
    "ask",
    [
        lambda asked: asked.get_metrics(),
        lambda asked: asked.get_metrics({"status": "success", "q": "größer & ähnlich?"}),
        lambda asked: asked.get_metrics({"start_date": NOON + timedelta(hours=1), "end_date": NOON.date()}),
        lambda asked: asked.get_all(sort="-tokens_used", limit=5),
        lambda asked: asked.get_all({"user_id": None, "min_quality_score": 50.5}),
        lambda asked: asked.get_all(limit=5, cursor=asked.get_all(limit=5)["next_cursor"]),
        lambda asked: asked.get_by_id(CUT_OFF.id),
        lambda asked: asked.get_failures(),
        lambda asked: asked.get_failures(3, {"interaction_type": "outline_generation"}),
        lambda asked: asked.get_data_quality_issues(filters={"prompt_version": "2"}),
        lambda asked: b"".join(asked.export()),
        lambda asked: b"".join(asked.export({"interaction_type": "training_kit"}, "json", "created_at")),
        lambda asked: asked.get_data_quality_issues(variable="tone"),
        lambda asked: b"".join(asked.export(format="parquet")),
        lambda asked: b"".join(asked.export(columns=["model_used", "created_at"])),
    ],
)
def test_it_answers_what_the_service_answers(
    client: Interactions, service: warehouse.Interactions, ask: Callable[[Any], Any]
) -> None:
    assert ask(client) == ask(service)


def test_dates_are_pythons_or_iso_8601(client: Interactions) -> None:
    as_text = client.get_all({"start_date": "2026-11-21", "end_date": "2026-11-21"})
    assert client.get_all({"start_date": date(2026, 11, 21), "end_date": date(2026, 11, 21)}) == as_text
    assert TONELESS.id in {item["interaction_id"] for item in as_text["items"]}


def test_iterating_gives_each_interaction_once_over_all_pages(
    client: Interactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spanmart.client.interactions.LARGEST_PAGE", 4)
    found = [item["interaction_id"] for item in client.iterate(sort="created_at")]
    assert sorted(found) == sorted(call.id for call in CALLS)
    assert {item["interaction_id"] for item in client.iterate({"interaction_type": "training_kit"})} == {
        call.id for call in TIED
    }


def test_feedback_is_on_disk_when_its_number_comes_back(client: Interactions, marts: Marts) -> None:
    number = client.submit_feedback(OUTLINE.id, "modified", "shorter", 80.5, "What was kept.")
    assert number == marts.warehouse.landing.committed_seq


@pytest.mark.parametrize(
    ("ask", "error", "says"),
    [
        (
            lambda asked: asked.get_all({"staus": "failure"}),
            errors.InvalidRequest,
            "Unknown parameter 'staus'",
        ),
        (lambda asked: asked.get_all(limit=501), errors.InvalidRequest, "limit"),
        (lambda asked: asked.export(format="xml"), errors.InvalidRequest, "format cannot be 'xml'"),
        (lambda asked: asked.export(columns=["colour"]), errors.InvalidRequest, "colour"),
        (lambda asked: asked.get_all(cursor="a" * 150), errors.InvalidCursor, "next_cursor"),
        (lambda asked: asked.get_by_id("no/such?id"), errors.UnknownInteraction, "such"),
        (lambda asked: asked.get_by_id("nobody-knows"), errors.UnknownInteraction, "'nobody-knows'"),
        (lambda asked: asked.submit_feedback(OUTLINE.id, "liked"), errors.InvalidRequest, "user_feedback"),
    ],
)
def test_what_does_not_fit_is_named(
    client: Interactions, ask: Callable[[Any], Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        ask(client)


def test_each_fault_has_its_parameter(client: Interactions) -> None:
    with pytest.raises(ValueError, match="status cannot be") as raised:
        client.get_metrics({"status": "broken", "min_quality_score": 101})
    assert isinstance(raised.value, errors.InvalidRequest)
    assert [fault.parameter for fault in raised.value.faults] == ["status", "min_quality_score"]


def test_a_token_lets_in_and_a_wrong_one_is_named(tmp_path: Any) -> None:
    with unbuilt_marts(tmp_path) as marts:
        callers = Callers.of(marts.warehouse)
        with serving(marts.app(tokens=callers.tokens, users=callers.users)) as server:
            url = f"http://127.0.0.1:{server.port}"
            with pytest.raises(errors.NotReady):
                Interactions(url, callers.secrets["read token"]).get_all()
            for token, says in ((None, "scope read"), (callers.secrets["ingest token"], "right 'read'")):
                with pytest.raises(errors.NotAllowed, match=says):
                    Interactions(url, token).get_all()


def test_marts_that_are_being_built_are_told_apart(tmp_path: Any) -> None:
    with unbuilt_marts(tmp_path) as marts, serving(marts.app()) as server:
        with pytest.raises(errors.NotReady, match="first time") as raised:
            Interactions(f"http://127.0.0.1:{server.port}").get_metrics()
        assert raised.value.retry_after_s > 0


def test_a_limit_is_waited_for(marts: Marts) -> None:
    with serving(marts.app(Site(requests_per_minute=60))) as server:
        client = Interactions(f"http://127.0.0.1:{server.port}")
        assert [client.get_all(limit=1)["total"] for _ in range(62)] == [len(CALLS)] * 62


def test_a_port_where_nothing_listens_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(errors.Unreachable, match=rf"Nothing answers at http://127.0.0.1:{port}"):
        Interactions(f"http://127.0.0.1:{port}").get_metrics()


def test_an_address_without_a_scheme_is_refused() -> None:
    with pytest.raises(ValueError, match="http://localhost:8080"):
        Interactions("localhost:8080")


def answering(status: int, body: bytes, **headers: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@pytest.mark.parametrize(
    ("handler", "error"),
    [
        (answering(200, b"<html>", Content_Length="6"), errors.UnexpectedAnswer),
        (answering(502, b"<html>", Content_Length="6"), errors.UnexpectedAnswer),
        (answering(404, b"[]", Content_Length="2"), errors.UnexpectedAnswer),
        (answering(500, b'{"detail": "x"}', Content_Length="15"), errors.UnexpectedAnswer),
        (answering(303, b"", Content_Length="0", Location="http://evil.example/"), errors.UnexpectedAnswer),
        (answering(200, b"{", Content_Length="100"), errors.Unreachable),
    ],
)
def test_what_is_no_spanmart_is_told_apart(
    handler: type[BaseHTTPRequestHandler], error: type[Exception]
) -> None:
    with LocalServer(handler) as other, pytest.raises(error):
        Interactions(other.url, "a-token").get_metrics()


@pytest.mark.parametrize(
    "handler",
    [
        answering(200, b"hello", Content_Length="6"),
        answering(200, b"5\r\nhello\r\n", Transfer_Encoding="chunked"),
        answering(200, b"\x1f\x8b\x08\x00\x00\x00\x00\x00", Content_Length="8", Content_Encoding="gzip"),
        answering(200, b"no gzip", Content_Length="7", Content_Encoding="gzip"),
    ],
)
def test_an_export_that_breaks_off_is_never_taken_for_a_whole_one(
    handler: type[BaseHTTPRequestHandler],
) -> None:
    with LocalServer(handler) as other, pytest.raises(errors.Unreachable, match="broke off"):
        b"".join(Interactions(other.url).export())
