"""Tokens: every HTTP route and every gRPC method is denied unless a token with the scope ingest is shown."""

import json
from datetime import UTC, datetime, timedelta

import grpc
import pytest
from google.rpc.status_pb2 import Status
from hypothesis import given
from hypothesis import strategies as st

from spanmart.collector import OtlpGrpcServer, OtlpHttpServer
from spanmart.collector.otlp.refusal import Refusal
from spanmart.collector.servers.ingest_gate import IngestGate
from spanmart.warehouse import Scope, Tokens
from support.otlp import JSON, PROTOBUF, make_span, send, trace_request

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ONE_SPAN = trace_request(make_span()).SerializeToString()

ROUTES = [
    *(
        (method, path)
        for path in ("/v1/traces", "/v1/logs", "/v1/metrics")
        for method in ("POST", "GET", "PUT")
    ),
    ("POST", "/"),
    ("GET", "/"),
    ("POST", "/v1/traces/"),
    ("POST", "/v1development/profiles"),
    ("OPTIONS", "/v1/traces"),
]
METHODS = [
    "opentelemetry.proto.collector.trace.v1.TraceService/Export",
    "opentelemetry.proto.collector.logs.v1.LogsService/Export",
    "opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
    "opentelemetry.proto.collector.trace.v1.TraceService/NoSuchMethod",
    "opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export",
    "grpc.health.v1.Health/Check",
]
# What is shown → HTTP status, gRPC status, what WWW-Authenticate says.
DENIED = {
    "nothing": (401, "UNAUTHENTICATED", "Bearer"),
    "read": (403, "PERMISSION_DENIED", 'Bearer error="insufficient_scope", scope="ingest"'),
    "admin": (403, "PERMISSION_DENIED", 'Bearer error="insufficient_scope", scope="ingest"'),
    "revoked": (401, "UNAUTHENTICATED", 'Bearer error="invalid_token"'),
    "expired": (401, "UNAUTHENTICATED", 'Bearer error="invalid_token"'),
    "unknown": (401, "UNAUTHENTICATED", 'Bearer error="invalid_token"'),
    "empty": (401, "UNAUTHENTICATED", "Bearer"),
    "other scheme": (401, "UNAUTHENTICATED", "Bearer"),
    "ingest without scheme": (401, "UNAUTHENTICATED", "Bearer"),
    "ingest and more": (401, "UNAUTHENTICATED", 'Bearer error="invalid_token"'),
}


@pytest.fixture(scope="module")
def tokens(warehouse):
    opened = Tokens(warehouse)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def shown(warehouse, tokens):
    """What a sender shows → the value of its Authorization header."""
    secrets = {scope: tokens.create(scope, [scope])[1] for scope in Scope}
    secrets["revoked"] = tokens.create("revoked", [Scope.INGEST])[1]
    tokens.revoke("revoked")
    created_long_ago = Tokens(warehouse, lambda: LONG_AGO)
    secrets["expired"] = created_long_ago.create("expired", [Scope.INGEST], LONG_AGO + timedelta(days=1))[1]
    secrets["all scopes"] = tokens.create("all scopes", list(Scope))[1]
    secrets["unknown"] = secrets[Scope.INGEST][:-8] + "00000000"
    return {
        **{name: f"Bearer {secret}" for name, secret in secrets.items()},
        "nothing": None,
        "empty": "",
        "other scheme": f"Basic {secrets[Scope.INGEST]}",
        "ingest without scheme": secrets[Scope.INGEST],
        "ingest and more": f"Bearer {secrets[Scope.INGEST]}, Bearer {secrets[Scope.READ]}",
        "ingest in lower case": f"bearer {secrets[Scope.INGEST]}",
    }


@pytest.fixture(scope="module")
def gated_http(warehouse, tokens, shown):
    server = OtlpHttpServer(warehouse.landing, "127.0.0.1", 0, gate=IngestGate(tokens))
    server.start()
    yield server.port
    server.stop()


@pytest.fixture(scope="module")
def gated_grpc(warehouse, tokens, shown):
    server = OtlpGrpcServer(warehouse.landing, "127.0.0.1", 0, gate=IngestGate(tokens))
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield channel
    server.stop()


def http(port, method, path, authorization, body=ONE_SPAN, content_type=PROTOBUF):
    headers = {} if authorization is None else {"Authorization": authorization}
    return send(port, path, body, content_type, method=method, headers=headers)


def call(channel, method, authorization, body=ONE_SPAN):
    metadata = [] if authorization is None else [("authorization", authorization)]
    return channel.unary_unary(f"/{method}")(body, metadata=metadata)


@pytest.mark.parametrize("who", DENIED)
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_http_route_is_denied(gated_http, shown, stored, method, path, who):
    status, code, challenge = DENIED[who]

    answer = http(gated_http, method, path, shown[who])

    assert (answer.status, answer.headers["www-authenticate"]) == (status, challenge)
    told = Status.FromString(answer.body)
    assert told.code == grpc.StatusCode[code].value[0]
    assert "spanmart token create --scope ingest" in told.message
    assert stored("batches") == []


@pytest.mark.parametrize("who", DENIED)
@pytest.mark.parametrize("method", METHODS)
def test_every_grpc_method_is_denied(gated_grpc, shown, stored, method, who):
    _, code, _ = DENIED[who]

    with pytest.raises(grpc.RpcError) as caught:
        call(gated_grpc, method, shown[who])

    assert caught.value.code().name == code
    assert "spanmart token create --scope ingest" in caught.value.details()
    [details] = [value for key, value in caught.value.trailing_metadata() if key == "grpc-status-details-bin"]
    assert Status.FromString(details).code == grpc.StatusCode[code].value[0]
    assert stored("batches") == []


@pytest.mark.parametrize("cookie", ["spanmart=eyJ1c2VyIjoiYWRtaW4ifQ.aA.b", "__Host-spanmart=viewer"])
def test_a_session_of_the_pages_opens_no_receiver(gated_http, gated_grpc, cookie):
    for method, path in ROUTES:
        answer = send(gated_http, path, ONE_SPAN, PROTOBUF, method=method, headers={"Cookie": cookie})
        assert answer.status == 401, (method, path)
    for method in METHODS:
        with pytest.raises(grpc.RpcError) as caught:
            gated_grpc.unary_unary(f"/{method}")(ONE_SPAN, metadata=[("cookie", cookie)])
        assert caught.value.code() == grpc.StatusCode.UNAUTHENTICATED, method


@pytest.mark.parametrize("who", ["ingest", "all scopes", "ingest in lower case"])
def test_the_scope_ingest_lets_in(gated_http, gated_grpc, shown, stored, who):
    assert http(gated_http, "POST", "/v1/traces", shown[who]).status == 200
    call(gated_grpc, METHODS[0], shown[who])

    assert [batch["source"] for batch in stored("batches")] == ["otlp_http", "otlp_grpc"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/traces", 405),
        ("POST", "/", 404),
        ("OPTIONS", "/v1/traces", 405),
        ("POST", "/v1/logs", 200),
    ],
)
def test_behind_the_gate_every_route_answers_as_without(gated_http, shown, method, path, status):
    assert http(gated_http, method, path, shown["ingest"], b"").status == status


def test_behind_the_gate_an_unknown_method_is_unimplemented(gated_grpc, shown):
    with pytest.raises(grpc.RpcError) as caught:
        call(gated_grpc, METHODS[-1], shown["ingest"])

    assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_a_refusal_is_in_the_encoding_of_the_request(gated_http, shown):
    answer = http(gated_http, "POST", "/v1/traces", None, b"{}", JSON)

    assert (answer.status, answer.headers["content-type"]) == (401, JSON)
    assert json.loads(answer.body)["code"] == 16


def test_the_body_of_a_denied_request_is_not_decoded(gated_http, shown):
    assert http(gated_http, "POST", "/v1/traces", None, b"\xff\xff\xff").status == 401


def test_a_denied_sender_of_a_large_body_reads_why(gated_http, shown):
    assert http(gated_http, "POST", "/v1/traces", None, bytes(4 * 1024 * 1024)).status == 401


def test_revocation_holds_from_the_next_request_on_an_open_connection(gated_http, gated_grpc, tokens):
    _, secret = tokens.create("short-lived", [Scope.INGEST])
    assert http(gated_http, "POST", "/v1/traces", f"Bearer {secret}").status == 200
    call(gated_grpc, METHODS[0], f"Bearer {secret}")

    tokens.revoke("short-lived")

    answer = http(gated_http, "POST", "/v1/traces", f"Bearer {secret}")
    assert answer.status == 401
    assert "'short-lived' is revoked" in Status.FromString(answer.body).message
    with pytest.raises(grpc.RpcError, match="'short-lived' is revoked"):
        call(gated_grpc, METHODS[0], f"Bearer {secret}")


def test_a_token_made_while_running_lets_in_at_once(gated_http, tokens):
    _, secret = tokens.create("newcomer", [Scope.INGEST])

    assert http(gated_http, "POST", "/v1/traces", f"Bearer {secret}").status == 200


def test_a_use_is_noted(gated_http, tokens, warehouse):
    _, secret = tokens.create("used", [Scope.INGEST])
    tokens.create("unused", [Scope.INGEST])
    before = datetime.now(UTC)
    http(gated_http, "POST", "/v1/traces", f"Bearer {secret}")

    tokens.close()

    uses = {token.name: token.last_used_at for token in Tokens(warehouse).all()}
    assert uses["used"] >= before
    assert uses["unused"] is None


def test_no_secret_is_logged_or_told(gated_http, gated_grpc, shown, caplog):
    caplog.set_level("DEBUG")
    told = []
    for who in DENIED:
        told.append(str(http(gated_http, "POST", "/v1/traces", shown[who])))
        with pytest.raises(grpc.RpcError) as caught:
            call(gated_grpc, METHODS[0], shown[who])
        told.append(str(caught.value))
    http(gated_http, "POST", "/v1/traces", shown["ingest"])

    secrets = {value.split("_")[2][:64] for value in shown.values() if value}
    assert secrets
    assert [secret for secret in secrets if secret in caplog.text or secret in " ".join(told)] == []


@pytest.mark.parametrize("path", ["/v1/traces", "/v1/logs", "/v1/metrics"])
def test_without_a_gate_no_token_is_asked_for(http_port, path):
    assert send(http_port, path, b"").status == 200


def test_any_header_is_refused_or_lets_in(tokens, shown):
    gate = IngestGate(tokens)

    @given(st.one_of(st.text(), st.text().map(lambda text: f"Bearer {text}")))
    def holds(header):
        with pytest.raises(Refusal):
            gate.check(header)

    holds()
