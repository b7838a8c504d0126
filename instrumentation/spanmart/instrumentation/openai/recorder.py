"""Begins the recording of a call: which endpoint, which server, in which interaction, with what content."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from opentelemetry._logs import Logger
from opentelemetry.context import get_value
from opentelemetry.trace import Link, Span, SpanKind, Tracer

from spanmart.instrumentation import semconv
from spanmart.instrumentation.diagnostics import never_raises
from spanmart.instrumentation.interactions.interaction import Interaction, current_interaction, interaction_id
from spanmart.instrumentation.openai.call import Call
from spanmart.instrumentation.openai.conflicts import warn_of_others
from spanmart.instrumentation.openai.content_events import ContentEvents
from spanmart.instrumentation.openai.endpoints import LLM_OPERATIONS, Endpoint, Responses, endpoint_of
from spanmart.instrumentation.openai.endpoints.parameters import json_schema
from spanmart.instrumentation.openai.json_schema import JsonRequest
from spanmart.instrumentation.openai.response_origins import Origin, Origins
from spanmart.instrumentation.privacy.content_capture import ContentCapture
from spanmart.instrumentation.privacy.sanitizer import Sanitizer
from spanmart.instrumentation.values import Attributes, fields

_PROVIDERS = (
    # the end of the server's name, and what the conventions call who runs it
    ("openai.azure.com", "azure.ai.openai"),
    ("services.ai.azure.com", "azure.ai.inference"),
    ("amazonaws.com", "aws.bedrock"),
    ("api.deepseek.com", "deepseek"),
    ("api.groq.com", "groq"),
    ("api.mistral.ai", "mistral_ai"),
    ("api.perplexity.ai", "perplexity"),
    ("api.x.ai", "x_ai"),
    ("generativelanguage.googleapis.com", "gcp.gemini"),
)

_LOOKS = 20  # calls before which other instrumentations are looked for: they are switched on early


class Recorder:
    """Makes one `Call` for each request. Tracer and logger are asked for when they are needed, not before."""

    def __init__(
        self,
        tracer: Callable[[], Tracer],
        logger: Callable[[], Logger],
        *,
        capture: ContentCapture,
        sanitizer: Sanitizer,
    ) -> None:
        self._tracer = tracer
        self._logger = logger
        self._capture = capture
        self._sanitizer = sanitizer
        self._origins = Origins()
        self._looks = _LOOKS

    @never_raises("beginning to record a call")
    def begin(self, client: Any, options: Any) -> Call | None:
        """The recording of the request in `options`; None where the app has suppressed instrumentation."""
        if get_value("suppress_instrumentation"):
            return None
        if self._looks:
            self._looks -= 1
            warn_of_others()
        endpoint = endpoint_of(options.method, options.url)
        body = _body(options)
        request = endpoint.request(body)
        content = self._content(endpoint, body) if self._capture.anywhere else {}
        identity = {
            semconv.OPERATION_NAME: endpoint.operation,
            **server(_address(client, options.url), _is_azures(type(client))),  # type: ignore[arg-type] # a class is hashable
            **request,
        }
        origin = self._origin(endpoint)
        if origin is not None:
            identity[semconv.INTERACTION_ID] = interaction_id(origin.span)
        interaction = (origin.interaction if origin else None) or current_interaction()
        described = interaction.attributes(self._sanitizer) if interaction else {}
        variables = interaction.variables(self._sanitizer) if interaction and self._capture.anywhere else {}
        sanitizer = interaction.sanitizer(self._sanitizer) if interaction else self._sanitizer
        asked = sanitizer.attributes(identity)
        said = {**variables, **sanitizer.attributes(content)}
        # where a limit drops attributes it drops the oldest ones: what identifies the call comes last
        attributes = {**described, **(said if self._capture.on_span else {}), **asked}
        span = self._start(endpoint.operation, attributes, origin)
        if interaction is not None and endpoint.operation in LLM_OPERATIONS:
            interaction.called(span.get_span_context())
        return Call(
            span,
            endpoint,
            json_asked=JsonRequest(json_schema(body)) if request.get(semconv.OUTPUT_TYPE) == "json" else None,
            sanitizer=sanitizer,
            content=self._capture.on_span,
            events=ContentEvents(self._logger(), {**said, **asked}, sanitizer)
            if self._capture.in_event
            else None,
            identified=self._remember(endpoint, interaction, span),
        )

    def _start(self, operation: str, attributes: Attributes, origin: Origin | None) -> Span:
        model = attributes.get(semconv.REQUEST_MODEL)
        return self._tracer().start_span(
            f"{operation} {model}" if model else operation,
            kind=SpanKind.CLIENT,
            attributes=attributes,
            links=[Link(origin.span)] if origin else None,
        )

    def _origin(self, endpoint: Endpoint) -> Origin | None:
        """Where the response was begun that this request retrieves."""
        retrieved = endpoint.retrieved if isinstance(endpoint, Responses) else None
        return self._origins.of(retrieved) if retrieved else None

    def _remember(
        self, endpoint: Endpoint, interaction: Interaction | None, span: Span
    ) -> Callable[[str], None] | None:
        """What is to be done with the id of a response that this request begins."""
        if not isinstance(endpoint, Responses) or endpoint.retrieved:
            return None
        origin = Origin(interaction, span.get_span_context())
        return lambda response_id: self._origins.remember(response_id, origin)

    def _content(self, endpoint: Endpoint, body: Mapping[str, Any]) -> Mapping[str, object]:
        content = endpoint.content(body)
        attributes = {
            semconv.INPUT_MESSAGES: content.messages,
            semconv.SYSTEM_INSTRUCTIONS: content.system,
            semconv.TOOL_DEFINITIONS: content.tools,
        }
        return {key: value for key, value in attributes.items() if value}


@lru_cache(maxsize=64)
def server(url: str, azure: bool) -> Mapping[str, object]:
    """Address, port and provider of the server at `url`; Azure may also be behind a gateway."""
    address = urlsplit(url)
    host = address.hostname or ""
    usual = "azure.ai.openai" if azure else "openai"
    provider = next((name for suffix, name in _PROVIDERS if host.endswith(suffix)), usual)
    port = address.port or {"https": 443, "http": 80}.get(address.scheme)
    return {semconv.PROVIDER_NAME: provider, semconv.SERVER_ADDRESS: host or None, semconv.SERVER_PORT: port}


def _address(client: object, url: str) -> str:
    """Where a request goes: `url` is a path on the client's server, or a whole address."""
    return url if "://" in url else str(getattr(client, "base_url", ""))


@lru_cache(maxsize=64)
def _is_azures(client: type) -> bool:
    return any("AzureOpenAI" in base.__name__ for base in client.__mro__)


def _body(options: Any) -> Mapping[str, Any]:
    """The request's body as the client will send it: what the app put into `extra_body` comes on top."""
    body = fields(options.json_data)
    extra = getattr(options, "extra_json", None)
    return {**body, **extra} if isinstance(extra, dict) else body
