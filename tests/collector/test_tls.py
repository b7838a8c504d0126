"""TLS and tokens with the exporters of the Python SDK, configured as their users do: by OTEL_* variables."""

import ssl
import urllib.error
import urllib.request

import grpc
import pytest
from cryptography.hazmat.primitives import serialization
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult

from spanmart.collector import ListenError, OtlpGrpcServer, OtlpHttpServer
from spanmart.collector.servers.ingest_gate import IngestGate
from spanmart.collector.servers.tls import Certificate
from spanmart.warehouse import Scope, Tokens
from support.certificates import make_certificates
from support.otlp import make_span, trace_request

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
AUTHORITY = "OTEL_EXPORTER_OTLP_CERTIFICATE"
HEADERS = "OTEL_EXPORTER_OTLP_HEADERS"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def tokens(warehouse):
    opened = Tokens(warehouse)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def secret(tokens):
    return tokens.create("checkout", [Scope.INGEST])[1]


@pytest.fixture(scope="module", params=[(OtlpHttpServer, HttpExporter), (OtlpGrpcServer, GrpcExporter)])
def transport(request, warehouse, files, tokens):
    """A server with TLS that asks for tokens, as (its address, the exporter that fits)."""
    make_server, make_exporter = request.param
    server = make_server(
        warehouse.landing,
        "127.0.0.1",
        0,
        gate=IngestGate(tokens),
        certificate=Certificate.load(files.chain, files.key),
    )
    server.start()
    yield f"https://127.0.0.1:{server.port}", make_exporter
    server.stop()


def export_one_span(exporter):
    """Export as an application does, and return what the exporter said."""
    said = []
    original = exporter.export
    exporter.export = lambda spans: said.append(original(spans)) or said[-1]
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    provider.get_tracer("app").start_span("chat").end()
    provider.shutdown()
    return said[0]


def test_an_application_sends_with_its_standard_variables(transport, files, secret, stored, monkeypatch):
    address, make_exporter = transport
    monkeypatch.setenv(ENDPOINT, address)
    monkeypatch.setenv(AUTHORITY, str(files.authority))
    # requests lets these prevail over what the exporter says.
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    monkeypatch.setenv(HEADERS, f"Authorization=Bearer%20{secret}")

    assert export_one_span(make_exporter()) is SpanExportResult.SUCCESS
    assert [span["name"] for span in stored()] == ["chat"]


def test_without_the_token_nothing_is_stored(transport, files, stored, monkeypatch):
    address, make_exporter = transport
    monkeypatch.setenv(ENDPOINT, address)
    monkeypatch.setenv(AUTHORITY, str(files.authority))
    # requests lets these prevail over what the exporter says.
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)

    assert export_one_span(make_exporter()) is SpanExportResult.FAILURE
    assert stored() == []


def test_without_tls_nothing_is_answered(transport, secret):
    address, make_exporter = transport
    if make_exporter is HttpExporter:
        with pytest.raises((urllib.error.URLError, ConnectionError)):
            urllib.request.urlopen(address.replace("https", "http") + "/v1/traces", data=b"", timeout=60)
    else:
        with (
            grpc.insecure_channel(address.removeprefix("https://")) as channel,
            pytest.raises(grpc.RpcError) as caught,
        ):
            channel.unary_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")(
                b"", timeout=60
            )
        assert caught.value.code() == grpc.StatusCode.UNAVAILABLE


def test_a_sender_that_does_not_know_the_authority_refuses_to_send(warehouse, files, stored):
    server = OtlpHttpServer(
        warehouse.landing, "127.0.0.1", 0, certificate=Certificate.load(files.chain, files.key)
    )
    server.start()
    try:
        with pytest.raises(urllib.error.URLError, match="certificate verify failed"):
            urllib.request.urlopen(f"https://127.0.0.1:{server.port}/v1/traces", data=b"")
        trusting = ssl.create_default_context(cafile=files.authority)
        request = urllib.request.Request(
            f"https://127.0.0.1:{server.port}/v1/traces",
            data=trace_request(make_span()).SerializeToString(),
            headers={"Content-Type": "application/x-protobuf"},
        )
        with urllib.request.urlopen(request, context=trusting) as answer:
            assert answer.status == 200
    finally:
        server.stop()
    assert len(stored()) == 1


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_tls_is_refused(files, version):
    assert Certificate.load(files.chain, files.key).context().minimum_version > version


def test_files_that_cannot_serve_are_named_before_anything_listens(files, tmp_path):
    text = tmp_path / "text.pem"
    text.write_text("no certificate")
    other = make_certificates(tmp_path)

    for chain, key, said in [
        (tmp_path / "absent.pem", files.key, "absent.pem, wanted for TLS, cannot be read: No such file"),
        (files.chain, tmp_path, "cannot be read: Is a directory"),
        (text, files.key, "text.pem and .*key.pem are not a certificate and its key"),
        (files.chain, other.key, "belonging together"),
    ]:
        with pytest.raises(ListenError, match=said):
            Certificate.load(chain, key)


def test_a_key_with_a_password_is_refused_and_nobody_is_asked_for_it(files, tmp_path):
    key = serialization.load_pem_private_key(files.key.read_bytes(), None)
    locked = tmp_path / "locked.pem"
    locked.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    with pytest.raises(ListenError, match="without a password"):
        Certificate.load(files.chain, locked)
