"""python send_once.py PROTOCOL ENDPOINT COMPRESSION < telemetry.json

Makes the spans and log records that the input describes. The last line of stdout is {"spans": [ids]}.
"""

import json
import sys
from typing import Any

from opentelemetry._logs import SeverityNumber
from opentelemetry.context import Context
from opentelemetry.sdk.trace import Tracer
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode, set_span_in_context
from providers import id_of_span, providers


def within(made: list[Span], number: int | None) -> Context:
    return Context() if number is None else set_span_in_context(made[number], Context())


def make_span(tracer: Tracer, made: list[Span], described: dict[str, Any]) -> Span:
    links = [Link(made[link["to"]].get_span_context(), link["attributes"]) for link in described["links"]]
    span = tracer.start_span(
        described["name"],
        context=within(made, described["parent"]),
        kind=SpanKind[described["kind"]],
        attributes=described["attributes"],
        links=links,
        start_time=int(described["start"]),
    )
    for event in described["events"]:
        span.add_event(event["name"], event["attributes"], int(event["time"]))
    if status := described["status"]:
        span.set_status(Status(StatusCode[status["code"]], status["message"] or None))
    span.end(int(described["end"]))
    return span


def main(protocol: str, endpoint: str, compression: str) -> None:
    described = json.load(sys.stdin)
    scope = described["scope"]
    tracer_provider, logger_provider = providers(protocol, endpoint, compression, described["resource"])
    tracer = tracer_provider.get_tracer(scope["name"], scope["version"])
    logger = logger_provider.get_logger(scope["name"], scope["version"])
    made: list[Span] = []
    for span in described["spans"]:
        made.append(make_span(tracer, made, span))
    for log in described["logs"]:
        logger.emit(
            event_name=log["name"],
            timestamp=int(log["time"]),
            severity_number=SeverityNumber[log["severity"]],
            body=log["body"],
            attributes=log["attributes"],
            context=within(made, log["span"]),
        )
    tracer_provider.shutdown()
    logger_provider.shutdown()
    print(json.dumps({"spans": [id_of_span(span) for span in made]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
