"""Browsers: what a preflight is answered, and that pages of no other origin send."""

import pytest
from google.rpc.status_pb2 import Status

from spanmart.collector import OtlpHttpServer
from spanmart.collector.servers.cors import Cors
from spanmart.collector.servers.ingest_gate import IngestGate
from spanmart.warehouse import Tokens
from support.otlp import JSON, PROTOBUF, make_span, send, trace_request

LISTED = "https://app.example.com"
FOREIGN = [
    "https://app.example.com.evil.example",
    "https://app.example.com:8443",
    "http://app.example.com",
    "https://APP.example.com",
    "https://evil.example",
    "null",
    "",
]
PATHS = ["/v1/traces", "/v1/logs", "/v1/metrics"]
ONE_SPAN = trace_request(make_span()).SerializeToString()


@pytest.fixture(scope="module")
def port(warehouse):
    server = OtlpHttpServer(warehouse.landing, "127.0.0.1", 0, cors=Cors([LISTED, "http://localhost:3000"]))
    server.start()
    yield server.port
    server.stop()


@pytest.fixture(scope="module")
def gated_port(warehouse):
    server = OtlpHttpServer(
        warehouse.landing, "127.0.0.1", 0, gate=IngestGate(Tokens(warehouse)), cors=Cors([LISTED])
    )
    server.start()
    yield server.port
    server.stop()


def preflight(port, path, origin, wanted="authorization,content-type"):
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": wanted,
    }
    return send(port, path, b"", None, method="OPTIONS", headers=headers)


def cors_headers(answer):
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


@pytest.mark.parametrize("origin", [LISTED, "http://localhost:3000"])
@pytest.mark.parametrize("path", PATHS)
def test_a_listed_origin_may_post_with_the_headers_it_asks_for(port, path, origin):
    answer = preflight(port, path, origin)

    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["vary"] == "Origin"
    assert cors_headers(answer) == {
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": "authorization,content-type",
        "access-control-expose-headers": "Retry-After, WWW-Authenticate",
        "access-control-max-age": "7200",
    }


def test_a_preflight_needs_no_token_for_browsers_send_none(gated_port):
    assert preflight(gated_port, "/v1/traces", LISTED).status == 204


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("path", PATHS)
def test_a_preflight_of_any_other_origin_is_refused(port, path, origin):
    answer = preflight(port, path, origin)

    assert (answer.status, cors_headers(answer)) == (403, {})


def test_a_page_of_a_listed_origin_sends_and_may_read_the_answer(port, stored):
    answer = send(port, "/v1/traces", ONE_SPAN, headers={"Origin": LISTED})

    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == LISTED
    assert len(stored()) == 1


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_page_of_any_other_origin_is_told_which_option_would_let_it(port, stored, origin):
    answer = send(port, "/v1/traces", ONE_SPAN, headers={"Origin": origin})

    assert (answer.status, cors_headers(answer)) == (403, {})
    assert f"--otlp-cors-origin {origin}" in Status.FromString(answer.body).message
    assert stored() == []


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [(b"\xff", PROTOBUF, 400), (b"", "text/plain", 415), (b"[", JSON, 400)],
)
def test_a_page_may_read_why_it_was_refused(port, body, content_type, status):
    answer = send(port, "/v1/traces", body, content_type, headers={"Origin": LISTED})

    assert (answer.status, answer.headers["access-control-allow-origin"]) == (status, LISTED)


def test_a_page_may_read_that_a_token_is_asked_for(gated_port, stored):
    answer = send(gated_port, "/v1/traces", ONE_SPAN, headers={"Origin": LISTED})

    assert (answer.status, answer.headers["access-control-allow-origin"]) == (401, LISTED)
    assert stored() == []


def test_without_listed_origins_no_page_sends(http_port, stored):
    assert preflight(http_port, "/v1/traces", LISTED).status == 403
    assert send(http_port, "/v1/traces", ONE_SPAN, headers={"Origin": LISTED}).status == 403
    assert stored() == []


def test_what_no_page_sends_carries_no_cors_headers(port):
    assert cors_headers(send(port, "/v1/traces", ONE_SPAN)) == {}
